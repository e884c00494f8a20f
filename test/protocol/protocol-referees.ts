import { isDeploymentEnd, type DeploymentEvent, type GraphTask, type TaskGraph } from '@muster/model';
import { Referees, type Rule } from '@muster/simulation';
import type { JournalLine, MachineModel } from './machine-model';
import type { PlannerView } from './planner-model';
import type { StoredDeployment } from './store-model';

/** What the referees of the protocol hold; each has a planted fault in `protocol.spec.ts`. */
export const PROTOCOL_RULES = [
  'a decision is stored before it is performed',
  'a machine obeys no older ticket',
  'a machine runs one command at a time',
  'a task has succeeded only if its command has',
  'an accepted command takes effect once',
  'each owner has an epoch of its own',
  'everything ends once the faults are over',
  'no attempt is started twice',
  'no more run at once than a limit allows',
  'nothing happens after the end',
  'nothing is started without a valid lease',
  'nothing runs after the end',
  'nothing starts after its end is stored',
  'only deployments that were asked for run',
  'only the newest owner appends',
  'only the transaction that claims a machine starts there',
  'the log has every number once, in order',
  'the planner applies each number once, in order',
  'the planner hears every event',
  'what can be carried out is not refused',
] as const;
export type ProtocolRule = (typeof PROTOCOL_RULES)[number];

export interface Objection {
  /** Of the protocol, or of the deployment's own referees. */
  readonly rule: ProtocolRule | Rule;
  readonly text: string;
}

/** What a deployment is judged by: what was asked for, and what its commands really did. */
export interface Judged {
  readonly graph: TaskGraph;
  readonly referees: Referees;
  readonly epochs: Map<number, string>;
  newest: number;
  readonly started: Set<string>;
  readonly ended: Set<string>;
  readonly journal: JournalLine[];
}

/** Watches a whole protocol from above: the store, the machines and the planner, by bookkeeping of its own. */
export class ProtocolReferees {
  readonly objections: Objection[] = [];
  readonly #deployments = new Map<string, Judged>();
  readonly #newestTicket = new Map<string, number>();
  readonly #startedEver = new Set<string>();

  constructor(
    private readonly machines: ReadonlyMap<string, MachineModel>,
    private readonly claimedBy: (machine: string) => string | null,
  ) {}

  expect(deployment: string, graph: TaskGraph): void {
    const fresh = { epochs: new Map(), newest: 0, started: new Set<string>(), ended: new Set<string>(), journal: [] };
    this.#deployments.set(deployment, { graph, referees: new Referees(graph), ...fresh });
  }

  owned({ id, epoch, owner }: StoredDeployment): void {
    const judged = this.#deployments.get(id);
    if (!judged) return;
    if (epoch <= judged.newest) this.#object('each owner has an epoch of its own', `${id}: epoch ${epoch} again`);
    judged.newest = epoch;
    judged.epochs.set(epoch, owner ?? '');
  }

  appended(
    { id, events: log, isEnded }: StoredDeployment,
    executor: string,
    epoch: number,
    events: readonly DeploymentEvent[],
  ): void {
    const judged = this.#deployments.get(id);
    if (!judged) return;
    if (judged.epochs.get(epoch) !== executor || epoch !== judged.newest)
      this.#object('only the newest owner appends', `${id}: ${executor} with epoch ${epoch} after ${judged.newest}`);
    let last = log.at(-1)?.seq ?? 0;
    for (const event of events) {
      if (event.seq !== last + 1)
        this.#object('the log has every number once, in order', `${id}: ${event.seq} after ${last}`);
      last = event.seq;
      if (event.type === 'attempt-started') judged.started.add(attemptOf(judged, id, event));
      if (event.type === 'attempt-ended') judged.ended.add(attemptOf(judged, id, event));
      judged.referees.see(event);
    }
    if (isEnded && events.some(({ type }) => type !== 'control')) this.#object('nothing happens after the end', id);
  }

  /** A start was asked for; `isLeased`: its sender had a valid lease by the database's clock. */
  asked(attempt: string, isLeased: boolean): void {
    if (!isLeased) this.#object('nothing is started without a valid lease', attempt);
  }

  obeyed(machine: string, ticket: number): void {
    const newest = this.#newestTicket.get(machine) ?? 0;
    if (ticket < newest) this.#object('a machine obeys no older ticket', `${machine}: ${ticket} after ${newest}`);
    this.#newestTicket.set(machine, Math.max(newest, ticket));
  }

  /** The machine has lost its state folder, and with it which tickets it has seen: nothing there can tell an older one. */
  forgot(machine: string): void {
    this.#newestTicket.delete(machine);
  }

  started(line: JournalLine): void {
    const id = line.attempt.split('.')[0] ?? '';
    const judged = this.#deployments.get(id);
    if (!judged) return this.#object('only deployments that were asked for run', line.attempt);
    if (this.#startedEver.has(line.attempt)) this.#object('no attempt is started twice', line.attempt);
    this.#startedEver.add(line.attempt);
    if (!judged.started.has(line.attempt)) this.#object('a decision is stored before it is performed', line.attempt);
    if (judged.ended.has(line.attempt)) this.#object('nothing starts after its end is stored', line.attempt);
    const other = this.machines.get(line.machine)?.running ?? null;
    if (other !== null) this.#object('a machine runs one command at a time', `${line.attempt} beside ${other}`);
    if (this.claimedBy(line.machine) !== id)
      this.#object('only the transaction that claims a machine starts there', line.attempt);
    judged.journal.push(line);
    this.#checkLimits(judged, line);
  }

  /** When all has ended: what the planner shows is what was stored, and no greener than what happened. */
  close(row: StoredDeployment, view: PlannerView | undefined): void {
    const { id, events } = row;
    const judged = this.#deployments.get(id);
    if (!judged) return;
    if (isDeploymentEnd(row.status as never)) judged.referees.close();
    for (const { rule, text } of judged.referees.verdicts) this.#object(rule, `${id}: ${text}`);
    const told = (view?.applied ?? []).map(({ seq }) => seq);
    const stored = events.map(({ seq }) => seq);
    if (told.some((seq, index) => seq !== index + 1))
      this.#object('the planner applies each number once, in order', `${id}: ${told.join(' ')}`);
    if (told.at(-1) !== stored.at(-1))
      this.#object('the planner hears every event', `${id}: ${told.at(-1)} of ${stored.at(-1)}`);
    for (const [task, state] of view?.tasks ?? []) if (state === 'succeeded') this.#checkSuccess(judged, id, task);
    // Where a machine could not be asked, the log says that the end is not confirmed.
    const open = new Set(events.flatMap((event) => (isUnconfirmed(event) ? [attemptOf(judged, id, event)] : [])));
    const left = [...this.machines.values()].find(
      ({ running }) => running?.startsWith(`${id}.`) === true && !open.has(running),
    );
    if (left) this.#object('nothing runs after the end', `${id}: ${left.running} on ${left.name}`);
  }

  /** An accepted command has its effect once, told by an event that names it; a refused one has none. */
  commanded(row: StoredDeployment | undefined, command: string, isAccepted: boolean): void {
    const told = (row?.events ?? []).filter((event) => event.type === 'control' && event.command.startsWith(command));
    if (told.length !== (isAccepted ? 1 : 0))
      this.#object('an accepted command takes effect once', `${command}: ${told.length} times`);
  }

  /** A start is refused only because another transaction claims a machine. */
  refused(deployment: string, codes: readonly string[]): void {
    const other = codes.find((code) => code !== 'DEPLOY_NODE_CLAIMED');
    if (other !== undefined) this.#object('what can be carried out is not refused', `${deployment}: ${other}`);
  }

  stuck(text: string): void {
    this.#object('everything ends once the faults are over', text);
  }

  #checkSuccess(judged: Judged, id: string, task: string): void {
    const number = judged.graph.tasks.findIndex((each) => each.task === task);
    if (judged.graph.tasks[number]?.action !== 'run') return;
    const last = judged.journal.filter(({ attempt }) => attempt.startsWith(`${id}.${number}.`)).at(-1);
    if (last?.code !== 0) this.#object('a task has succeeded only if its command has', `${id}: ${task}`);
  }

  #checkLimits({ graph, journal, ended }: Judged, line: JournalLine): void {
    const taskOf = (attempt: string): GraphTask | undefined => graph.tasks[Number(attempt.split('.')[1])];
    const running = journal.filter(({ endedAt, attempt }) => endedAt === null && !ended.has(attempt));
    for (const key of taskOf(line.attempt)?.limits ?? []) {
      const holders = running.filter(({ attempt }) => taskOf(attempt)?.limits.includes(key));
      if (holders.length > (graph.limits[key] ?? 0))
        this.#object('no more run at once than a limit allows', `${line.attempt}: ${key}`);
    }
  }

  #object(rule: ProtocolRule | Rule, text: string): void {
    this.objections.push({ rule, text });
  }
}

function isUnconfirmed(event: DeploymentEvent): event is DeploymentEvent & { readonly type: 'attempt-ended' } {
  return event.type === 'attempt-ended' && 'confirmed' in event.result && !event.result.confirmed;
}

function attemptOf({ graph }: Judged, id: string, event: { readonly task: string; readonly attempt: number }): string {
  return `${id}.${graph.tasks.findIndex(({ task }) => task === event.task)}.${event.attempt}`;
}
