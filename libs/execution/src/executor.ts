import type { TaskGraph } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import type {
  CloseTransaction,
  ControlDeployment,
  ExplainReply,
  NodeAccessMessage,
  ReleaseTransaction,
  StartDeployment,
  StartOrigin,
} from '@muster/protocol';
import type { LimitUse } from '@muster/scheduling';
import { adoptNode } from './adopt-node';
import { DeploymentQuestions } from './deployment-questions';
import type { DeploymentStore, OwnedDeployment, Renewed } from './ports/deployment-store';
import type { ExecutorPorts } from './ports/executor-ports';
import type { NodeReport } from './ports/node-port';
import { parseAttemptId } from './runner/attempt-id';
import type { DeploymentRunner } from './runner/deployment-runner';
import { EventRelay } from './runner/event-relay';
import { Lease } from './runner/lease';
import { OutputForwarder } from './runner/output-forwarder';
import { OutputGatherer } from './runner/output-gatherer';
import { idsOf, withIds } from './runner/log-ids';
import type { RunnerContext } from './runner/runner-context';
import { type HeldDeployment, takeUp, type TakeUp } from './runner/take-up';
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
/** Of one step in reading what was taken over: what takes longer, such as a store of artifacts that is silent, is left to others. */
const STALLED_MS = 120_000;
const SEEN_WITHIN_LEASES = 3;

/**
 * An executor: takes commands into the inbox, owns deployments by lease, runs them, answers questions about any of them.
 * Every public method may be called from message handlers at any time, also twice with the same id.
 */
export class Executor {
  readonly #ports: ExecutorPorts;
  readonly #options: ExecutorOptions;
  readonly #held = new Map<string, HeldDeployment>();
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
  /** One deployment's log after another is read: all of them at once would each have all of it in memory. */
  #takingUp: Promise<void> = Promise.resolve();
  #giveUpReading: () => void = () => undefined;
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
    this.#questions = new DeploymentQuestions(options.id, ports, (deployment) => this.#runnerOf(deployment));
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

  /** As `adoptNode`. */
  adopt(
    node: NodeAccessMessage,
    jumps: readonly NodeAccessMessage[],
    installation: string,
  ): Promise<readonly Problem[]> {
    return adoptNode(this.#ports, node, jumps, installation);
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
    const held = [...this.#held.values()];
    return {
      deployments: held.length,
      attemptsOpen: held.reduce((sum, { runner }) => sum + (runner?.attemptsOpen ?? 0), 0),
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
    this.#giveUpReading();
    await this.#ticking;
    const { store, clock, log } = this.#ports;
    const held = [...this.#held.values()];
    // First, so that nobody leaves to this executor what it hands over.
    await store
      .leave(this.id)
      .catch((error: unknown) => log.warn({ err: error }, 'still counted for the length of a lease'));
    await Promise.all(
      held.map(async ({ deployment, epoch, log, runner }) => {
        await runner?.stop();
        // Before anything is published: a broker that is away must not keep others from going on.
        await store
          .handOver(this.id, deployment, epoch)
          .catch((error: unknown) => log.warn({ err: error }, 'not handed over; its lease will pass'));
      }),
    );
    this.#ports.nudge();
    // Of an attempt that has ended nobody reads the output again.
    const published = Promise.all([
      this.#gatherer.flush(),
      ...held.map(({ deployment }) => this.#relay.drained(deployment)),
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
    const asked = [...this.#held.values()];
    const epochs = new Map(asked.map(({ deployment, epoch }) => [deployment, epoch]));
    const { still, ...found } = await store.renew(this.id, this.#options.leaseMs, epochs);
    for (const held of asked) {
      if (still.has(held.deployment)) {
        held.lease.renewed(askedAt);
        held.runner?.wake();
      } else if (this.#isHeld(held)) {
        // One that has ended meanwhile is nobody's, and was not lost.
        this.#leasesLost++;
        held.log.warn({}, 'another executor has taken the deployment over');
        await this.#stopOwning(held);
      }
    }
    return found;
  }

  async #sweep(): Promise<void> {
    for (const { deployment, published } of await this.#ports.store.unpublished(SWEEP_MAX)) {
      if (!this.#held.has(deployment)) this.#relay.sweep(deployment, published);
    }
  }

  async #readInbox(): Promise<void> {
    const running = [...this.#held.values()].flatMap(({ runner }) => runner ?? []);
    if (running.length === 0) return;
    const unread = await this.#ports.store.unreadCommands(running.map(({ deployment }) => deployment));
    for (const [deployment, commands] of unread) this.#runnerOf(deployment)?.read(commands);
  }

  async #takeOver(): Promise<void> {
    const { clock, store } = this.#ports;
    const room = this.#options.deploymentsMax - this.#held.size;
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
      await this.#own(owned, new Lease(clock, this.#options.leaseMs, this.#options.leasesExpire, askedAt));
    }
    if (taken.length > 0) this.#tickAgain = true;
    this.#accepted = null;
  }

  /** Holds it from now on, and begins to run it once it is read: leases are renewed and commands read meanwhile. */
  async #own(owned: OwnedDeployment, lease: Lease): Promise<void> {
    const { deployment, epoch, lastSeq } = owned;
    const log = withIds(this.#ports.log, idsOf(owned.start));
    log.info({ epoch, events: lastSeq }, 'owns the deployment');
    const before = this.#held.get(deployment);
    // Ours already, when its lease passed before it was renewed: the runner of the epoch before is fenced.
    if (before) {
      this.#leasesLost++;
      await this.#stopOwning(before);
    }
    const held: HeldDeployment = { deployment, epoch, lease, log, runner: null };
    this.#held.set(deployment, held);
    let cancelStall: () => void = () => undefined;
    let stalled: () => void = () => undefined;
    const onStep = (): void => {
      cancelStall();
      cancelStall = this.#ports.clock.after(STALLED_MS, stalled);
    };
    const reading: TakeUp = {
      onStep,
      context: this.#context,
      readGraph: this.#ports.readGraph,
      owned,
      graph: this.#accepted?.deployment === deployment ? this.#accepted.graph : null,
      held,
      isHeld: () => !this.#stopped && this.#isHeld(held),
      onGone: (reason) => {
        log.info({ reason }, 'no longer owns the deployment');
        if (reason === 'fenced') this.#leasesLost++;
        this.#forget(held);
      },
    };
    this.#takingUp = this.#takingUp.then(async () => {
      if (reading.isHeld()) {
        const givenUp = new Promise<void>((resolve) => {
          this.#giveUpReading = resolve;
          stalled = () => {
            log.warn({}, 'what is stored of it does not come; its lease will pass');
            // So that nothing is begun if it comes after all.
            this.#forget(held);
            resolve();
          };
        });
        onStep();
        await Promise.race([takeUp(reading), givenUp]);
        cancelStall();
      }
      // What is in its inbox was left out so far.
      if (held.runner) this.nudged();
      // At a stop it is still to be handed over.
      else if (!this.#stopped) this.#forget(held);
    });
  }

  #isHeld(held: HeldDeployment): boolean {
    return this.#held.get(held.deployment) === held;
  }

  #runnerOf(deployment: string): DeploymentRunner | undefined {
    return this.#held.get(deployment)?.runner ?? undefined;
  }

  async #stopOwning(held: HeldDeployment): Promise<void> {
    await held.runner?.stop();
    this.#forget(held);
  }

  #forget(held: HeldDeployment): void {
    if (!this.#isHeld(held)) return;
    this.#held.delete(held.deployment);
    this.#relay.release(held.deployment);
  }

  #route(report: NodeReport): void {
    const id = parseAttemptId(report.attempt);
    if (id) this.#runnerOf(id.deployment)?.report(report, id.task, id.attempt);
  }
}
