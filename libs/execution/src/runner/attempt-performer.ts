import {
  carrierOf,
  describeResult,
  type AttemptResult,
  type DeploymentEvent,
  type DeploymentEventBody,
  type GraphTask,
} from '@muster/model';
import type { DeploymentState } from '@muster/scheduling';
import { pause } from '../ports/clock';
import type { OwnedDeployment } from '../ports/deployment-store';
import type { AttemptSpec, NodeFailure, NodeReport, NodeTarget } from '../ports/node-port';
import type { ExecutionLog } from '../ports/publishing';
import { withSummary } from '../task-types/summary-of';
import { attemptId } from './attempt-id';
import { ClaimedNodes } from './claimed-nodes';
import { compileAttempt } from './compile-attempt';
import { EventWaits } from './event-waits';
import type { DeploymentSpans } from './deployment-spans';
import { findAttempt } from './find-attempt';
import type { Lease } from './lease';
import { endedBy, liveAttempt, type LiveAttempt, resultOf } from './live-attempt';
import { withIds } from './log-ids';
import { NodeTargets } from './node-targets';
import type { RunnerContext } from './runner-context';
import { takeHostKey } from './take-host-key';
import { takeOutputs } from './take-outputs';
import { textWithoutSecrets, withoutSecrets } from './without-secrets';

const LEASE_WAIT_MS = 100;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 10_000;
/** From one question whether a busy node has become free to the next, at most. */
const BUSY_LOOK_MOST_MS = 5000;
const SILENCE_LENGTH_MAX = 1000;
const CANCEL_GRACE_MS = 5000;
const CANCEL_TRIES = 6;
/** After a confirmed cancel: how long the node's own report of the end is waited for, since it knows sizes and signal. */
const END_REPORT_WAIT_MS = 3000;

interface Hooks {
  /** Settles once the fact is stored. `task` is the number of the task that it names. */
  readonly fact: (body: DeploymentEventBody, task?: number) => Promise<void>;
  /** The node knows a newer owner. */
  readonly fenced: () => void;
}

/**
 * Performs stored decisions on nodes and turns what nodes say into facts. Never decides: what a result means is the
 * scheduler's to say.
 */
export class AttemptPerformer {
  readonly #context: RunnerContext;
  readonly #owned: OwnedDeployment;
  readonly #state: DeploymentState;
  readonly #lease: Lease;
  readonly #hooks: Hooks;
  readonly #targets: NodeTargets;
  readonly #nodes: ClaimedNodes;
  readonly #waits: EventWaits;
  readonly #live = new Map<number, LiveAttempt>();
  #detached = false;

  constructor(
    context: RunnerContext,
    owned: OwnedDeployment,
    state: DeploymentState,
    lease: Lease,
    private readonly spans: DeploymentSpans,
    hooks: Hooks,
  ) {
    this.#context = context;
    this.#owned = owned;
    this.#state = state;
    this.#lease = lease;
    this.#hooks = hooks;
    this.#targets = new NodeTargets(owned.start, state.graph.source, context.box, state.hostKeys);
    this.#nodes = new ClaimedNodes(context, owned, state, this.#targets, (body) => hooks.fact(body));
    this.#waits = new EventWaits(state, hooks.fact);
  }

  /** Ends the waits for events that have been signalled. */
  endSignalled(): void {
    this.#waits.endSignalled();
  }

  perform(decisions: readonly DeploymentEvent[]): void {
    for (const decision of decisions) {
      if (decision.type === 'attempt-started') this.#start(this.#number(decision.task), decision.attempt);
      else if (decision.type === 'attempt-cancelling') {
        const task = this.#number(decision.task);
        void this.#guarded(task, decision.attempt, this.#cancel(task, decision.attempt, decision.cause));
      }
    }
  }

  /** After a takeover: asks the nodes what became of every attempt that the log left open. */
  attachOpen(): void {
    for (const [task, { attempt, cancelling }] of this.#state.open) {
      if (this.#waits.begin(task, attempt)) {
        if (cancelling) this.#waits.end(task, attempt, { kind: endedBy(cancelling), confirmed: true });
        continue;
      }
      const live = this.#add(task, attempt);
      live.recorded = this.#state.bootId.get(live.machine) ?? null;
      // The node is recorded before the first start on it: without that, nothing was started.
      live.started = this.#guarded(
        task,
        attempt,
        live.recorded === null ? this.#launch(task, attempt, live) : this.#attach(task, attempt, live),
      );
      if (cancelling) void this.#guarded(task, attempt, this.#cancel(task, attempt, cancelling));
    }
    this.endSignalled();
  }

  report(report: NodeReport, task: number, attempt: number): void {
    const live = this.#live.get(task);
    if (!live || live.id !== report.attempt) return;
    switch (report.kind) {
      case 'output':
        live.received[report.stream] = report.offset + report.bytes.length;
        this.#context.output.push(report.attempt, report.stream, report.offset, report.bytes);
        return;
      case 'link-lost':
        void this.#guarded(task, attempt, this.#attach(task, attempt, live));
        return;
      case 'node-busy':
        if (report.other === null) this.#noteFree(live);
        else if (live.busyWith === null) void this.#noteBusy(task, attempt, live, report.other);
        return;
      case 'ended':
        return this.#ended(task, attempt, live, report);
    }
  }

  /** Forgets every attempt without touching the nodes. */
  detachAll(): void {
    this.#detached = true;
    this.#nodes.stop();
    for (const { id } of this.#live.values()) {
      this.#context.nodes.detach(id);
      this.#context.output.drop(id);
    }
    this.#live.clear();
    this.#waits.clear();
  }

  #start(task: number, attempt: number): void {
    if (this.#waits.begin(task, attempt)) return;
    this.#log(task, attempt).debug({}, 'begins an attempt');
    const live = this.#add(task, attempt);
    live.started = this.#guarded(task, attempt, this.#launch(task, attempt, live));
  }

  /** What an adapter throws is a bug or a broken configuration: the attempt's fate is then not known, and said so. */
  async #guarded(task: number, attempt: number, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#log(task, attempt).error({ err: error }, 'an attempt could not be carried on');
      if (this.#isOpen(task, attempt))
        this.#end(task, attempt, { kind: 'lost', detail: 'internal error of the executor; see its log' });
    }
  }

  #add(task: number, attempt: number): LiveAttempt {
    const machine = this.#targets.machineOf(carrierOf(this.#task(task)));
    const live = liveAttempt(attemptId(this.#owned.deployment, task, attempt), machine);
    this.#live.set(task, live);
    return live;
  }

  async #launch(task: number, attempt: number, live: LiveAttempt): Promise<void> {
    const target = this.#targets.target(live.machine);
    if (!target)
      return this.#end(task, attempt, {
        kind: 'refused',
        code: 'NODE_UNKNOWN',
        detail: `the deployment does not say how ${live.machine} is reached`,
      });
    const spec = this.#spec(task, attempt, live);
    if (!spec) return;
    const ready = await this.#nodes.prepare(live.machine, target);
    if ('kind' in ready) return this.#failed(task, attempt, ready);
    live.recorded = ready;
    await this.#startOnceFree(task, attempt, live, target, spec);
  }

  /**
   * Waits while something runs on the node that was started before: what a transaction left that was closed by force, or an
   * attempt whose end could not be confirmed. Nobody else ends it, and the task's timeout ends the waiting.
   */
  async #startOnceFree(
    task: number,
    attempt: number,
    live: LiveAttempt,
    target: NodeTarget,
    spec: AttemptSpec,
  ): Promise<void> {
    const { nodes, clock } = this.#context;
    for (let wait = BACKOFF_FIRST_MS; await this.#mayAct(task, attempt); wait = Math.min(wait * 2, BUSY_LOOK_MOST_MS)) {
      const answer = await nodes.start(target, this.#nodes.ticket(live.machine), spec);
      if (answer.kind === 'busy') {
        if (live.busyWith === null) await this.#noteBusy(task, attempt, live, answer.attempt);
        await pause(clock, wait);
        continue;
      }
      this.#noteFree(live);
      if (answer.kind === 'started') return;
      return this.#failed(task, attempt, answer);
    }
  }

  async #noteBusy(task: number, attempt: number, live: LiveAttempt, other: string): Promise<void> {
    live.busyWith = other;
    const busyWith = await this.#context.describeAttempt(other, this.#owned.start.project);
    // Free since.
    if (live.busyWith !== other) return;
    live.busyWith = busyWith;
    this.#log(task, attempt).warn(
      { machine: live.machine, before: other },
      'something that was started before still runs on the node; the task waits for it',
    );
    if (live.recorded !== null)
      void this.#hooks.fact({ type: 'node-ready', node: live.machine, ...live.recorded, busyWith });
  }

  #noteFree(live: LiveAttempt): void {
    if (live.busyWith !== null && live.recorded !== null)
      void this.#hooks.fact({ type: 'node-ready', node: live.machine, ...live.recorded });
    live.busyWith = null;
  }

  /** What the attempt does; ends the attempt as refused if its type cannot say. Makes the output ready to flow. */
  #spec(task: number, attempt: number, live: LiveAttempt): AttemptSpec | null {
    const graphTask = this.#task(task);
    const made = compileAttempt(
      live.id,
      graphTask,
      this.#state,
      this.#targets,
      this.#context.box,
      this.#owned.start.noop,
    );
    const { secrets } = made;
    live.secrets = secrets;
    if (made.refused) {
      this.#end(task, attempt, made.refused);
      return null;
    }
    const target = this.#targets.target(live.machine);
    this.#context.output.begin(live.id, {
      deployment: this.#owned.deployment,
      task: graphTask.task,
      attempt,
      secrets,
      log: this.#log(task, attempt),
      read: (stream, offset, length) => {
        if (!target) return Promise.reject(new Error(`node ${live.machine} is not described`));
        return this.#context.nodes.readOutput(target, { id: live.id, task: graphTask.task }, stream, offset, length);
      },
    });
    return withinTrace(made.spec, this.spans.withinAttempt(graphTask.task, attempt));
  }

  /** Finds out what became of an attempt and goes on from there. */
  async #attach(task: number, attempt: number, live: LiveAttempt): Promise<void> {
    if (live.attaching) return;
    live.attaching = true;
    // It is asked anew.
    this.#noteFree(live);
    try {
      const target = this.#targets.target(live.machine);
      const spec = target ? this.#spec(task, attempt, live) : null;
      if (!target || !spec) return;
      const found = await findAttempt(this.#context, this.#nodes, {
        ...{ live, target, spec },
        isWanted: () => this.#isOpen(task, attempt),
        silent: (why) => this.#noteSilence(live, why),
      });
      if (found.kind === 'fenced') this.#hooks.fenced();
      else if (found.kind === 'lost') this.#end(task, attempt, found);
      else if (found.kind === 'never-started') await this.#launch(task, attempt, live);
    } finally {
      live.attaching = false;
    }
  }

  /** So that every executor can say so to whoever asks why. */
  #noteSilence(live: LiveAttempt, why: string | null): void {
    if (live.recorded === null) return;
    const known = { type: 'node-ready', node: live.machine, ...live.recorded } as const;
    if (why === null) return void this.#hooks.fact(known);
    const silent = textWithoutSecrets(why, live.secrets).slice(0, SILENCE_LENGTH_MAX);
    void this.#hooks.fact({ ...known, silent });
  }

  #ended(task: number, attempt: number, live: LiveAttempt, report: NodeReport & { readonly kind: 'ended' }): void {
    const { nodes, output, box } = this.#context;
    const { id, machine } = live;
    const address = this.#task(task).task;
    const cancelling = this.#state.open.get(task)?.cancelling ?? null;
    this.#live.delete(task);
    const graphTask = this.#task(task);
    const summed = withSummary(graphTask, resultOf(report.result, cancelling), this.#owned.start.noop);
    const taken = takeOutputs(graphTask, summed, report.note, live.secrets, box);
    const told = takeHostKey(graphTask, taken, this.#targets);
    const result = withoutSecrets(told, live.secrets);
    this.#log(task, attempt).debug({}, describeResult(result));
    const stored = this.#hooks.fact({ type: 'attempt-ended', task: address, attempt, result }, task);
    const target = this.#targets.target(machine);
    // The folder goes once its end is committed and its output has been read; nobody waits for it.
    void Promise.all([stored, output.finish(id, report.sizes)])
      .then(() => (target ? nodes.forget(target, this.#nodes.ticket(machine), [{ id, task: address }]) : undefined))
      .catch((error: unknown) => this.#log(task, attempt).debug({ err: error }, 'an attempt is left on its node'));
  }

  /** Ends the process group and says so, or says that it could not. */
  async #cancel(task: number, attempt: number, cause: 'timeout' | 'cancel'): Promise<void> {
    const { nodes, clock } = this.#context;
    const live = this.#live.get(task);
    const kind = endedBy(cause);
    if (this.#waits.has(task)) return this.#waits.end(task, attempt, { kind, confirmed: true });
    if (!live) return this.#end(task, attempt, { kind, confirmed: false });
    // Start and cancel of one attempt do not overtake each other; but a node that is being waited for is not waited for here.
    if (!live.attaching) await live.started;
    const target = this.#targets.target(live.machine);
    for (
      let tries = 1, wait = BACKOFF_FIRST_MS;
      target && this.#isOpen(task, attempt);
      tries++, wait = Math.min(wait * 2, BACKOFF_MOST_MS)
    ) {
      const answer = await nodes.cancel(
        target,
        this.#nodes.ticket(live.machine),
        { id: live.id, task: this.#task(task).task },
        CANCEL_GRACE_MS,
      );
      if (answer.kind === 'confirmed') {
        // A wait has nothing on the node that could report.
        if (this.#task(task).type !== 'wait-for') await pause(clock, END_REPORT_WAIT_MS);
        if (this.#isOpen(task, attempt)) this.#end(task, attempt, { kind, confirmed: true });
        return;
      }
      if (answer.kind === 'refused' && answer.code === 'NODE_TICKET_OLD') return this.#hooks.fenced();
      if (tries >= CANCEL_TRIES) break;
      await pause(clock, wait);
    }
    if (this.#isOpen(task, attempt)) this.#end(task, attempt, { kind, confirmed: false });
  }

  #failed(task: number, attempt: number, failure: NodeFailure): void {
    if (failure.kind === 'refused' && failure.code === 'NODE_TICKET_OLD') return this.#hooks.fenced();
    const cancelling = this.#state.open.get(task)?.cancelling ?? null;
    // Nothing started, so a cancel is as good as confirmed.
    this.#end(task, attempt, cancelling === 'cancel' ? { kind: 'cancelled', confirmed: true } : failure);
  }

  #end(task: number, attempt: number, told: AttemptResult): void {
    const live = this.#live.get(task);
    const result = withoutSecrets(told, live?.secrets ?? []);
    if (live && this.#isOpen(task, attempt)) {
      this.#live.delete(task);
      this.#context.nodes.detach(live.id);
      this.#context.output.drop(live.id);
    }
    this.#log(task, attempt).debug({}, describeResult(result));
    void this.#hooks.fact({ type: 'attempt-ended', task: this.#task(task).task, attempt, result }, task);
  }

  /** Waits for a valid lease; false if the attempt is not to be started any more. */
  async #mayAct(task: number, attempt: number): Promise<boolean> {
    while (!this.#lease.isValid && !this.#detached) await pause(this.#context.clock, LEASE_WAIT_MS);
    const open = this.#state.open.get(task);
    if (this.#detached || open?.attempt !== attempt) return false;
    if (open.cancelling === null) return true;
    const busyWith = this.#live.get(task)?.busyWith ?? null;
    if (open.cancelling === 'timeout' && busyWith !== null)
      this.#end(task, attempt, { kind: 'refused', code: 'NODE_BUSY', detail: `on its node still runs ${busyWith}` });
    else this.#end(task, attempt, { kind: endedBy(open.cancelling), confirmed: true });
    return false;
  }

  #isOpen(task: number, attempt: number): boolean {
    return !this.#detached && this.#live.has(task) && this.#state.open.has(task, attempt);
  }

  #task(task: number): GraphTask {
    return this.#state.graph.tasks[task] as GraphTask;
  }

  #log(task: number, attempt: number): ExecutionLog {
    const { task: address, node } = this.#task(task);
    return withIds(this.#context.log, { task: address, node, attempt });
  }

  #number(address: string): number {
    return this.#state.graph.indexOf.get(address) ?? -1;
  }
}

/** What a command does may be a part of the trace, too. Who says something else in its parameters is heard. */
function withinTrace(spec: AttemptSpec, traceparent: string | null): AttemptSpec {
  const { operation } = spec;
  if (traceparent === null || operation.kind !== 'command') return spec;
  return { ...spec, operation: { ...operation, env: { TRACEPARENT: traceparent, ...operation.env } } };
}
