import {
  type CarriedTask,
  isDeploymentEnd,
  mayGoOn,
  type DeploymentEvent,
  type DeploymentEventBody,
  type GraphTask,
  type TaskGraph,
} from '@muster/model';
import { InvariantBroken } from '@muster/problems';
import type { ControlDeployment } from '@muster/protocol';
import {
  apply,
  type CarriedOver,
  type ControlFault,
  controlFaults,
  decide,
  initialState,
  limitFault,
  limitsInUse,
  type LimitUse,
  nextWake,
  record,
  whyWaiting,
  type DeploymentState,
  type Explanation,
} from '@muster/scheduling';
import { pause } from '../ports/clock';
import type { OwnedDeployment, StoredCommand } from '../ports/deployment-store';
import type { NodeReport } from '../ports/node-port';
import type { ExecutionLog } from '../ports/publishing';
import { AttemptPerformer } from './attempt-performer';
import { controlFact } from './control-fact';
import { endUnfinished } from './end-unfinished';
import { DeploymentSpans } from './deployment-spans';
import type { Lease } from './lease';
import { idsOf, withIds } from './log-ids';
import { PoolKeeper } from './pool-keeper';
import type { RunnerContext } from './runner-context';

const FACTS_PER_COMMIT_MAX = 500;
/**
 * From one commit to the next while few facts wait: a commit costs much the same for one event and for many. The more attempts
 * are open, the longer: where one node more or less runs, nobody waits for each.
 */
const GATHER_MS = 5;
const GATHER_MS_MAX = 25;
/** Attempts that make it one millisecond longer. */
const ATTEMPTS_A_MS = 2;
const STORE_RETRY_MS = 500;
/** Of one event, so that a message has room for it. */
const CARRIED_CHARS_MAX = 200_000;

interface PendingFact {
  readonly body: DeploymentEventBody;
  /** Numbers of the tasks that it names. */
  readonly tasks: readonly number[] | null;
  readonly stored: () => void;
}

/**
 * Owns one deployment: drains facts, folds, decides, stores one batch, performs. Decides nothing itself. While a commit
 * is under way facts gather, so that batches grow with the load.
 */
export class DeploymentRunner {
  readonly #context: RunnerContext;
  readonly #owned: OwnedDeployment;
  readonly #lease: Lease;
  readonly #state: DeploymentState;
  readonly #performer: AttemptPerformer;
  readonly #spans: DeploymentSpans;
  readonly #pools: PoolKeeper;
  readonly #facts: PendingFact[] = [];
  readonly #unreadCommands = new Map<string, StoredCommand>();
  readonly #onGone: (reason: 'ended' | 'fenced' | 'broken') => void;
  /** Until it is told. */
  #carried: CarriedOver | null;
  readonly #planned: TaskGraph['limits'];
  #storedSeq: number;
  #storedAt = -Infinity;
  #pumping: Promise<void> | null = null;
  #dueAgain = true;
  #stopped = false;
  #cancelWake: (() => void) | null = null;

  constructor(
    shared: RunnerContext,
    owned: OwnedDeployment,
    graph: TaskGraph,
    carried: CarriedOver | null,
    lease: Lease,
    onGone: (reason: 'ended' | 'fenced' | 'broken') => void,
  ) {
    const context = { ...shared, log: withIds(shared.log, idsOf(owned.start)) };
    this.#context = context;
    this.#owned = owned;
    this.#carried = carried;
    this.#planned = graph.limits;
    this.#lease = lease;
    this.#onGone = onGone;
    this.#state = initialState(graph, { leasesPools: true });
    this.#storedSeq = 0;
    const taskOf = (address: string): GraphTask | null =>
      this.#state.graph.tasks[this.#state.graph.indexOf.get(address) ?? -1] ?? null;
    this.#spans = new DeploymentSpans(context.tracing, owned.start, taskOf, context.executor);
    this.#performer = new AttemptPerformer(context, owned, this.#state, lease, this.#spans, {
      fact: (body, task) => this.#fact(body, task === undefined ? null : [task]),
      fenced: () => this.#leave('fenced'),
    });
    this.#pools = new PoolKeeper(context, owned, this.#state, lease, {
      fact: (body) => this.#fact(body),
      fenced: () => this.#leave('fenced'),
    });
  }

  get deployment(): string {
    return this.#owned.deployment;
  }

  /** Its lines carry the ids of the deployment. */
  get log(): ExecutionLog {
    return this.#context.log;
  }

  get epoch(): number {
    return this.#owned.epoch;
  }

  /** Attempts that have begun and not ended. */
  get attemptsOpen(): number {
    return this.#state.open.size;
  }

  /** What the log says, in its order, all of it before `start`. Fails with `InvariantBroken` on what cannot have happened. */
  replay(events: readonly DeploymentEvent[]): void {
    for (const event of events) apply(this.#state, event);
    this.#storedSeq = this.#state.lastSeq;
    this.#spans.storedBefore(events);
  }

  /** Goes on where the log ends: asks the nodes about open attempts, then decides. */
  start(): void {
    const { executor } = this.#context;
    if (this.#state.lastSeq === 0) void this.#fact({ type: 'accepted' });
    // One commit with it, so that nothing is decided in between.
    if (this.#carried) for (const part of partsOf(this.#carried)) void this.#fact({ type: 'carried-over', ...part });
    this.#carried = null;
    void this.#fact({ type: 'owner-changed', executor, epoch: this.#owned.epoch });
    this.#performer.attachOpen();
  }

  /** Takes commands of the inbox; what was taken before is left out. */
  read(commands: readonly StoredCommand[]): void {
    for (const command of commands) {
      if (this.#unreadCommands.has(command.id) || this.#stopped) continue;
      this.#unreadCommands.set(command.id, command);
      void this.#fact(controlFact(command));
    }
  }

  report(report: NodeReport, task: number, attempt: number): void {
    if (!this.#stopped) this.#performer.report(report, task, attempt);
  }

  explain(task: string): Explanation | null {
    return whyWaiting(this.#state, task);
  }

  limits(): readonly LimitUse[] {
    return limitsInUse(this.#state, this.#planned);
  }

  limitFault(key: string, amount: number): string | null {
    return limitFault(this.#state, key, amount);
  }

  controlFaults({ verb, tasks }: ControlDeployment): readonly ControlFault[] {
    return controlFaults(this.#state, verb, tasks);
  }

  get status(): DeploymentState['status'] {
    return this.#state.status;
  }

  /** The lease was renewed, or time has passed: decide again. */
  wake(): void {
    this.#pools.ask();
    this.#pump();
  }

  /** Stops owning: stores nothing more, leaves what runs on nodes alone. Settles when no commit is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelWake?.();
    this.#performer.detachAll();
    await this.#pumping;
    await this.#pools.stop();
  }

  #fact(body: DeploymentEventBody, tasks: readonly number[] | null = null): Promise<void> {
    return new Promise((stored) => {
      this.#facts.push({ body, tasks, stored });
      this.#pump();
    });
  }

  #pump(): void {
    this.#dueAgain = true;
    this.#pumping ??= this.#work().finally(() => {
      this.#pumping = null;
      if (this.#dueAgain && !this.#stopped) this.#pump();
    });
  }

  async #work(): Promise<void> {
    // Lets the reports of one turn of the event loop share a commit.
    await Promise.resolve();
    while (this.#dueAgain && !this.#stopped) {
      const gather = Math.min(GATHER_MS_MAX, GATHER_MS + this.#state.open.size / ATTEMPTS_A_MS);
      const early = this.#storedAt + gather - this.#context.clock.monotonic();
      if (early > 0 && this.#facts.length < FACTS_PER_COMMIT_MAX) await pause(this.#context.clock, early);
      this.#dueAgain = false;
      try {
        await this.#round();
      } catch (error) {
        await this.#broken(error);
        return;
      }
    }
    this.#setWake();
  }

  async #round(): Promise<void> {
    const { clock, relay } = this.#context;
    const taken = this.#facts.splice(0, FACTS_PER_COMMIT_MAX);
    if (this.#facts.length > 0) this.#dueAgain = true;
    const events: DeploymentEvent[] = [];
    for (const { body, tasks } of taken)
      if (this.#isNews(body, tasks)) events.push(record(this.#state, this.#asItComes(body), clock.now(), tasks));
    // Without a valid lease another executor may be the owner: facts are offered to the store, which knows; nothing is decided.
    const decisions = this.#lease.isValid ? decide(this.#state, clock.now()) : [];
    events.push(...decisions);
    if (events.length > 0) {
      const answer = await this.#store(events);
      if (answer !== 'stored') return this.#leave('fenced');
      this.#storedSeq = this.#state.lastSeq;
      this.#storedAt = clock.monotonic();
      relay.offer(this.deployment, this.#owned.published, events);
      this.#spans.stored(events);
    }
    for (const { stored } of taken) stored();
    this.#performer.perform(decisions);
    this.#performer.endSignalled();
    if (isDeploymentEnd(this.#state.status)) this.#leave('ended');
    else this.#pools.settle();
  }

  /** What came twice, or after it mattered, is no news: a late report of an attempt that has been judged, a repeated command. */
  #isNews(body: DeploymentEventBody, tasks: readonly number[] | null): boolean {
    switch (body.type) {
      case 'attempt-ended':
        return this.#state.open.has(tasks?.[0] ?? this.#state.graph.indexOf.get(body.task) ?? -1, body.attempt);
      case 'control':
        return !this.#state.commands.has(body.command);
      default:
        return !isDeploymentEnd(this.#state.status);
    }
  }

  /** What was taken because it would have done something may find that its tasks have gone on: then it says that it came too late. */
  #asItComes(body: DeploymentEventBody): DeploymentEventBody {
    if (body.type !== 'control' || (body.verb !== 'retry' && body.verb !== 'skip')) return body;
    const faults = controlFaults(this.#state, body.verb, body.tasks);
    const isVain = faults.some(({ task }) => task === null) || faults.length >= (body.tasks?.length ?? 1);
    return { ...body, judged: true, ...(faults.length > 0 && isVain ? { tooLate: true } : {}) };
  }

  /** Tries until it is known whether the batch is stored: the state is ahead of the log until then, so nothing is performed. */
  async #store(events: DeploymentEvent[]): Promise<'stored' | 'fenced' | 'stopped'> {
    const { store, executor, clock, log } = this.#context;
    let read = events.flatMap((event) => (event.type === 'control' ? [event.command] : []));
    const { status } = this.#state;
    const ended = isDeploymentEnd(status) ? { status, free: this.#owned.start.final || !mayGoOn(status) } : null;
    while (!this.#stopped) {
      try {
        const answer = await store.append(executor, this.deployment, this.#owned.epoch, events, read, ended);
        if (typeof answer === 'object') {
          for (const each of answer.unread) events.push(record(this.#state, controlFact(each, true), clock.now()));
          read = [...read, ...answer.unread.map(({ id }) => id)];
          continue;
        }
        for (const id of read) this.#unreadCommands.delete(id);
        return answer;
      } catch (error) {
        log.warn({ err: error }, 'events are not stored yet; trying again');
        await pause(clock, STORE_RETRY_MS);
      }
    }
    return 'stopped';
  }

  #setWake(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const next = nextWake(this.#state);
    // Without a valid lease nothing would be decided; its renewal wakes us.
    if (next === null || this.#stopped || !this.#lease.isValid) return;
    const wait = Math.max(1, next - this.#context.clock.now());
    // Timers cannot be set for ever ahead; waking early does no harm.
    this.#cancelWake = this.#context.clock.after(Math.min(wait, 3_600_000), () => this.#pump());
  }

  #leave(reason: 'ended' | 'fenced' | 'broken'): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelWake?.();
    if (reason !== 'ended') this.#performer.detachAll();
    // Its slots of pools are free, for whoever waits for them.
    else if (this.#state.isLeased.includes(1)) this.#context.nudge();
    void this.#pools.stop();
    this.#onGone(reason);
  }

  /** A bug stops this deployment and says which invariant broke; the log keeps it, so that no other owner tries the same. */
  async #broken(error: unknown): Promise<void> {
    this.#context.log.error({ err: error }, 'the deployment is stopped by a bug');
    const text = error instanceof InvariantBroken ? error.message : 'internal error; see the log of the executor';
    await endUnfinished(this.#context, this.#owned, this.#storedSeq, `stopped by a bug: ${text}`);
    this.#leave('broken');
  }
}

function* partsOf({ tasks, sections }: CarriedOver): Generator<CarriedOver> {
  // Sections first: a task that failed in one keeps it open.
  yield { tasks: [], sections };
  let part: CarriedTask[] = [];
  let chars = 0;
  for (const task of tasks) {
    part.push(task);
    chars += JSON.stringify(task).length;
    if (chars < CARRIED_CHARS_MAX) continue;
    yield { tasks: part, sections: [] };
    part = [];
    chars = 0;
  }
  if (part.length > 0) yield { tasks: part, sections: [] };
}
