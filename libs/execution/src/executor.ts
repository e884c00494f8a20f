import type { TaskGraph } from '@muster/model';
import { InvariantBroken, problem, type Problem } from '@muster/problems';
import type {
  CloseTransaction,
  ControlDeployment,
  ExplainReply,
  NodeAccessMessage,
  ReleaseTransaction,
  StartDeployment,
  StartOrigin,
} from '@muster/protocol';
import { apply, type CarriedOver, carriedFrom, initialState, type LimitUse } from '@muster/scheduling';
import { DeploymentQuestions } from './deployment-questions';
import { targetOf } from './node-target-of';
import type { DeploymentStore, OwnedDeployment, Renewed } from './ports/deployment-store';
import type { ExecutorPorts } from './ports/executor-ports';
import type { NodeReport } from './ports/node-port';
import { readTaskGraph } from './read-task-graph';
import { LogUnread, readLog } from './read-log';
import { parseAttemptId } from './runner/attempt-id';
import { DeploymentRunner } from './runner/deployment-runner';
import { endUnfinished } from './runner/end-unfinished';
import { EventRelay } from './runner/event-relay';
import { Lease } from './runner/lease';
import { OutputForwarder } from './runner/output-forwarder';
import { OutputGatherer } from './runner/output-gatherer';
import { idsOf, withIds } from './runner/log-ids';
import type { RunnerContext } from './runner/runner-context';
import { StartIntake } from './start-intake';

export interface ExecutorOptions {
  /** Unique among executors; a restarted one has another. */
  readonly id: string;
  /** Length of a lease in milliseconds; renewed at three tenths of it. */
  readonly leaseMs: number;
  /** False for the only executor of a data folder: it takes over everything at its start, and leases do not expire. */
  readonly leasesExpire: boolean;
  /** Deployments owned at once. */
  readonly deploymentsMax: number;
}

/** What an executor has in hand now, and what has happened to it since it began. */
export interface ExecutorFigures {
  /** Owned now. */
  readonly deployments: number;
  /** Of those: begun, and not ended yet. */
  readonly attemptsOpen: number;
  /** Deployments that were taken from it: its lease had passed, or the transaction was closed by force. */
  readonly leasesLost: number;
  /** Rounds of renewing and reading that the store did not answer. */
  readonly roundsFailed: number;
}

/** Of a lease: how often it is renewed, and the inbox read. */
export const RENEW_PART = 0.3;
const SWEEP_MAX = 50;
const SEEN_WITHIN_LEASES = 3;

/**
 * An executor: takes commands into the inbox, owns deployments by lease, runs them, answers questions about any of them.
 * Every public method may be called from message handlers at any time, also twice with the same id.
 */
export class Executor {
  readonly #ports: ExecutorPorts;
  readonly #options: ExecutorOptions;
  readonly #runners = new Map<string, DeploymentRunner>();
  readonly #leases = new Map<string, Lease>();
  readonly #relay: EventRelay;
  readonly #gatherer: OutputGatherer;
  readonly #context: RunnerContext;
  readonly #intake: StartIntake;
  readonly #questions: DeploymentQuestions;
  #cancelTick: (() => void) | null = null;
  #ticking: Promise<void> | null = null;
  #tickAgain = false;
  #stopped = false;
  /** Read a moment ago to be accepted, and most likely taken over next: reading a large one twice takes twice the room. */
  #accepted: { readonly deployment: string; readonly graph: TaskGraph } | null = null;
  #first = true;
  #leasesLost = 0;
  #roundsFailed = 0;

  constructor(ports: ExecutorPorts, options: ExecutorOptions) {
    this.#ports = ports;
    this.#options = options;
    const { clock, store, log } = ports;
    this.#relay = new EventRelay(options.id, store, ports.publishEvents, clock, log);
    this.#gatherer = new OutputGatherer(ports.publishOutput, clock);
    const output = new OutputForwarder(
      (chunk) => this.#gatherer.add(chunk),
      ports.makeMasker,
      ports.encodeBase64,
      clock,
    );
    this.#questions = new DeploymentQuestions(options.id, ports, (deployment) => this.#runners.get(deployment));
    this.#intake = new StartIntake(ports, (deployment, graph) => {
      this.#accepted = { deployment, graph };
      this.nudged();
      ports.nudge();
    });
    this.#context = {
      executor: options.id,
      clock,
      store,
      nodes: ports.nodes,
      box: ports.box,
      relay: this.#relay,
      output,
      describeAttempt: (id, project) => this.#questions.describeAttempt(id, project),
      nudge: () => ports.nudge(),
      log,
      tracing: ports.tracing,
    };
  }

  get id(): string {
    return this.#options.id;
  }

  /** Begins to own deployments. */
  start(): void {
    this.#ports.nodes.onReport((report) => this.#route(report));
    this.nudged();
  }

  /**
   * Stores a start command; settles with the problems that stand in the way, none when it is accepted. The answer to a
   * command stays what it was, however often it comes; but what may pass is no answer until the command's time is over.
   * `origin` is kept with it.
   */
  accept(command: string, told: StartDeployment, origin?: StartOrigin): Promise<readonly Problem[]> {
    return this.#intake.accept(command, origin === undefined ? told : { ...told, origin });
  }

  /** Stores a control command that does something as things are; its effect comes back as an event that names it. */
  async control(command: string, body: ControlDeployment): Promise<readonly Problem[]> {
    const { store } = this.#ports;
    const subject = `deployment ${body.deployment}`;
    const problems = await this.#questions.controlProblems(body);
    if (problems.length > 0) return store.refuse(command, problems);
    const answer = await store.putCommand(command, body);
    switch (answer) {
      case 'unknown':
        return store.refuse(command, [
          problem('DEPLOY_UNKNOWN_TRANSACTION', { subject, summary: 'no executor has accepted it' }),
        ]);
      case 'ended':
      case 'refused':
        return store.refuse(command, [
          problem('CONTROL_NOT_POSSIBLE', { subject, summary: `${body.verb} after its end` }),
        ]);
      case 'stored':
      case 'repeated':
    }
    this.nudged();
    this.#ports.nudge();
    return [];
  }

  async releaseTransaction({ transaction, last }: ReleaseTransaction): Promise<void> {
    await this.#ports.store.releaseTransaction(transaction, last ?? null);
  }

  /** Ends a transaction whatever its owners do; they find out when they store or renew next. */
  async closeTransaction({ transaction, starts, deployments, who, why }: CloseTransaction): Promise<void> {
    const summary = `It was force-closed by ${why === null ? who : `${who}: ${why}`}.`;
    const subject = `transaction ${transaction}`;
    await this.#ports.store.closeTransaction(transaction, starts, deployments ?? null, [
      problem('DEPLOY_FORCE_CLOSED', { subject, summary }),
    ]);
    this.nudged();
    this.#ports.nudge();
  }

  /** Takes a node over from another installation, through `jumps` if it is reached so, outermost first; settles with the problems that stand in the way. */
  async adopt(
    node: NodeAccessMessage,
    jumps: readonly NodeAccessMessage[],
    installation: string,
  ): Promise<readonly Problem[]> {
    const { box, nodes, store } = this.#ports;
    const subject = `node ${node.name}`;
    if (node.jump !== null && jumps.at(-1)?.name !== node.jump)
      return [
        problem('NODE_UNREACHABLE', {
          subject,
          summary: `it is reached through ${node.jump}, and nobody said how that is reached`,
          remedy: 'Update the planner: it is older than this executor.',
        }),
      ];
    const target = targetOf(box, node, jumps);
    const found = await nodes.identify(target);
    const ticket = found.kind === 'identified' ? await store.drawTicket(node.machine, found.machine) : 0;
    if (ticket === null) return [problem('DEPLOY_NODE_CLAIMED', { subject, summary: 'a transaction claims it' })];
    const answer = found.kind === 'identified' ? await nodes.adopt(target, { installation, ticket }) : found;
    if (answer.kind === 'ready') return [];
    const detail = answer.kind === 'refused' ? `${answer.code}: ${answer.detail}` : answer.detail;
    return [problem('NODE_UNREACHABLE', { subject, summary: 'it could not be adopted', detail })];
  }

  /** Why the task does not run, from the stored log, so also while the owner is dead; null for an unknown deployment or task. */
  explain(deployment: string, task: string): Promise<ExplainReply | null> {
    return this.#questions.explain(deployment, task);
  }

  /** As `explain`: every limit with its holders; null for an unknown deployment. */
  limits(deployment: string): Promise<readonly LimitUse[] | null> {
    return this.#questions.limits(deployment);
  }

  /** Sets the size of a pool; whoever waits for its slots looks at once. */
  async setPool(project: string, pool: string, slots: number, version: number): Promise<void> {
    await this.#ports.store.setPool(project, pool, slots, version);
    this.#ports.nudge();
  }

  pools(project: string): ReturnType<DeploymentStore['pools']> {
    return this.#ports.store.pools({ project });
  }

  events(deployment: string, from: number, to: number): ReturnType<DeploymentStore['events']> {
    return this.#ports.store.events(deployment, from, to);
  }

  figures(): ExecutorFigures {
    const runners = [...this.#runners.values()];
    return {
      deployments: runners.length,
      attemptsOpen: runners.reduce((sum, { attemptsOpen }) => sum + attemptsOpen, 0),
      leasesLost: this.#leasesLost,
      roundsFailed: this.#roundsFailed,
    };
  }

  executors(): ReturnType<DeploymentStore['executors']> {
    return this.#ports.store.executors(this.#options.leaseMs * SEEN_WITHIN_LEASES);
  }

  /** Looks into the inbox and for deployments without an owner, now. */
  nudged(): void {
    if (this.#stopped) return;
    this.#tickAgain = true;
    if (this.#ticking !== null) return;
    this.#ports.apart(() => {
      this.#ticking = this.#tick().finally(() => {
        this.#ticking = null;
        if (this.#tickAgain && !this.#stopped) this.nudged();
      });
    });
  }

  /**
   * Hands every deployment over at once and stops; what runs on nodes goes on, and whoever takes over follows it. Settles when
   * what was stored is published, or `patienceMs` has passed: others publish what is left.
   */
  async stop(patienceMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelTick?.();
    await this.#ticking;
    const { store, clock, log } = this.#ports;
    const runners = [...this.#runners.values()];
    // First, so that nobody leaves to this executor what it hands over.
    await store
      .leave(this.id)
      .catch((error: unknown) => log.warn({ err: error }, 'still counted for the length of a lease'));
    await Promise.all(
      runners.map(async (runner) => {
        await runner.stop();
        // Before anything is published: a broker that is away must not keep others from going on.
        await store
          .handOver(this.id, runner.deployment, runner.epoch)
          .catch((error: unknown) => runner.log.warn({ err: error }, 'not handed over; its lease will pass'));
      }),
    );
    this.#ports.nudge();
    // Of an attempt that has ended nobody reads the output again.
    const published = Promise.all([
      this.#gatherer.flush(),
      ...runners.map((runner) => this.#relay.drained(runner.deployment)),
    ]);
    await new Promise<void>((resolve) => {
      const giveUp = clock.after(patienceMs, resolve);
      void published.then(() => {
        giveUp();
        resolve();
      });
    });
    await this.#relay.close();
  }

  async #tick(): Promise<void> {
    this.#tickAgain = false;
    this.#cancelTick?.();
    try {
      const { mayTakeOver, mayPublish } = await this.#renew();
      await this.#readInbox();
      // The only executor of a data folder takes at its start what the one before it still holds.
      if (mayTakeOver || this.#first) await this.#takeOver();
      else this.#accepted = null;
      if (mayPublish) await this.#sweep();
    } catch (error) {
      this.#roundsFailed++;
      this.#ports.log.warn({ err: error }, 'the store does not answer; what runs goes on');
    }
    if (!this.#stopped)
      this.#cancelTick = this.#ports.clock.after(this.#options.leaseMs * RENEW_PART, () => this.nudged());
  }

  async #renew(): Promise<Pick<Renewed, 'mayTakeOver' | 'mayPublish'>> {
    const { clock, store } = this.#ports;
    const askedAt = clock.monotonic();
    const held = new Map([...this.#runners].map(([deployment, runner]) => [deployment, runner.epoch]));
    const { still, ...found } = await store.renew(this.id, this.#options.leaseMs, held);
    for (const deployment of held.keys()) {
      if (still.has(deployment)) {
        this.#leases.get(deployment)?.renewed(askedAt);
        this.#runners.get(deployment)?.wake();
      } else {
        // One that has ended meanwhile is nobody's, and was not lost.
        if (this.#runners.has(deployment)) this.#leasesLost++;
        this.#runners.get(deployment)?.log.warn({}, 'another executor has taken the deployment over');
        await this.#stopOwning(deployment);
      }
    }
    return found;
  }

  async #sweep(): Promise<void> {
    for (const { deployment, published } of await this.#ports.store.unpublished(SWEEP_MAX)) {
      if (!this.#runners.has(deployment)) this.#relay.sweep(deployment, published);
    }
  }

  async #readInbox(): Promise<void> {
    if (this.#runners.size === 0) return;
    const unread = await this.#ports.store.unreadCommands([...this.#runners.keys()]);
    for (const [deployment, commands] of unread) this.#runners.get(deployment)?.read(commands);
  }

  async #takeOver(): Promise<void> {
    const { clock, store, log } = this.#ports;
    const room = this.#options.deploymentsMax - this.#runners.size;
    if (room <= 0) {
      this.#accepted = null;
      return;
    }
    const askedAt = clock.monotonic();
    const taken = await store.takeOver(
      this.id,
      this.#options.leaseMs,
      room,
      this.#first && !this.#options.leasesExpire,
    );
    this.#first = false;
    for (const owned of taken) {
      withIds(log, idsOf(owned.start)).info({ epoch: owned.epoch, events: owned.lastSeq }, 'owns the deployment');
      await this.#run(owned, new Lease(clock, this.#options.leaseMs, this.#options.leasesExpire, askedAt));
    }
    if (taken.length > 0) this.#tickAgain = true;
    this.#accepted = null;
  }

  async #run(owned: OwnedDeployment, lease: Lease): Promise<void> {
    const { deployment } = owned;
    const log = withIds(this.#ports.log, idsOf(owned.start));
    // Ours already, when its lease passed before it was renewed: the runner of the epoch before is fenced.
    if (this.#runners.has(deployment)) this.#leasesLost++;
    await this.#stopOwning(deployment);
    const graph =
      this.#accepted?.deployment === deployment
        ? this.#accepted.graph
        : await readTaskGraph(this.#ports.readGraph, owned.graph);
    if (typeof graph === 'string') return this.#endUnreadable(owned, graph);
    let carried: CarriedOver | null;
    try {
      carried = await this.#carried(owned, graph);
    } catch (error) {
      if (error instanceof InvariantBroken) return this.#endUnreadable(owned, error.message, error);
      // A store that does not answer says nothing about what is stored.
      log.warn({ err: error }, 'what its earlier run did cannot be read now; its lease will pass');
      return;
    }
    try {
      const runner = new DeploymentRunner(this.#context, owned, graph, carried, lease, (reason) => {
        log.info({ reason }, 'no longer owns the deployment');
        if (reason === 'fenced') this.#leasesLost++;
        this.#forget(deployment);
      });
      for await (const events of readLog(this.#ports.store, deployment, 0, owned.lastSeq)) runner.replay(events);
      this.#runners.set(deployment, runner);
      this.#leases.set(deployment, lease);
      runner.start();
    } catch (error) {
      this.#forget(deployment);
      if (error instanceof LogUnread) {
        log.warn({ err: error }, 'its log cannot be read now; its lease will pass');
        return;
      }
      const text = error instanceof InvariantBroken ? error.message : 'internal error; see the log of the executor';
      await this.#endUnreadable(owned, `what is stored of it cannot be carried on: ${text}`, error);
    }
  }

  /** What an earlier run has done, for one that begins; null: there is none, or it is in the log already. */
  async #carried({ start, lastSeq }: OwnedDeployment, graph: TaskGraph): Promise<CarriedOver | null> {
    if (start.graph.kind !== 'earlier' || lastSeq > 0) return null;
    const { store } = this.#ports;
    const earlier = await store.read(start.graph.deployment);
    if (earlier === null) throw new InvariantBroken('what its earlier run did is still stored');
    const state = initialState(graph, { leasesPools: true });
    for await (const events of readLog(store, start.graph.deployment, 0, earlier.lastSeq))
      for (const event of events) apply(state, event);
    return carriedFrom(state, start.graph.tasks);
  }

  /** What cannot be read now cannot be read by the next owner: it ends, and says why. */
  async #endUnreadable(owned: OwnedDeployment, text: string, error?: unknown): Promise<void> {
    withIds(this.#ports.log, idsOf(owned.start)).error({ text, err: error }, 'the stored deployment ends unread');
    await endUnfinished(this.#context, owned, owned.lastSeq, text);
    this.#relay.release(owned.deployment);
  }

  async #stopOwning(deployment: string): Promise<void> {
    await this.#runners.get(deployment)?.stop();
    this.#forget(deployment);
  }

  #forget(deployment: string): void {
    this.#runners.delete(deployment);
    this.#relay.release(deployment);
    this.#leases.delete(deployment);
  }

  #route(report: NodeReport): void {
    const id = parseAttemptId(report.attempt);
    if (id) this.#runners.get(id.deployment)?.report(report, id.task, id.attempt);
  }
}
