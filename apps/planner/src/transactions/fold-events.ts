import {
  type AttemptResult,
  describeResult,
  type DeploymentEvent,
  type DeploymentStatus,
  type EndCause,
  isDeploymentEnd,
  isSuccess,
  type TaskEnd,
  type TaskState,
} from '@muster/model';
import { describeCause } from './describe-cause';
import { type ControlEvent, detailsOf } from './store-controls';
import type { TaskOutcome } from '../previous/record-outcomes';
import type { FeedSubject, NewFeedEvent } from '../feed/feed-event';

/** What becomes of one task; absent members stay as they are. Times in milliseconds since the epoch. */
export interface TaskChange {
  state?: TaskState;
  attempts?: number;
  exitCode?: number | null;
  startedAt?: number;
  endedAt?: number;
  reason?: string | null;
  /** What the newest attempt told of itself; with `exitCode`. */
  summary?: string | null;
  /** It is to be done again: its times of before do not count any more. */
  reopened?: boolean;
  /** Who asked to skip it, and the state that it had then, where these events tell it. */
  skipAsked?: { readonly by: string; readonly state: TaskState | null };
}

/** A task that had ended in an earlier run. */
export interface CarriedEnd {
  readonly task: string;
  readonly state: TaskEnd;
}

export interface AttemptChange {
  readonly task: string;
  readonly attempt: number;
  startedAt?: number;
  endedAt?: number;
  executor?: string | null;
  result?: AttemptResult;
}

/** Everything that a run of events changes, to be written in one statement per table. */
export interface FoldedEvents {
  readonly lastSeq: number;
  readonly tasks: ReadonlyMap<string, TaskChange>;
  readonly attempts: readonly AttemptChange[];
  /** Of tasks that may have been tried: whether what was done is known to have succeeded. */
  readonly outcomes: ReadonlyMap<string, TaskOutcome>;
  /** Null: unchanged. */
  readonly executor: string | null;
  readonly state: { readonly state: DeploymentStatus; readonly text: string | null; readonly at: number } | null;
  readonly startedAt: number | null;
  readonly carried: readonly CarriedEnd[];
  readonly controls: readonly ControlEvent[];
  /** Of nodes that were made anew, in order: the task that did it, and the key that they show from now on. */
  readonly hostKeys: readonly { readonly task: string; readonly hostKey: string }[];
  readonly feed: readonly NewFeedEvent[];
}

/** What stays the same for all events of one deployment. */
export interface FoldSubject {
  readonly transaction: string;
  readonly deployment: string;
  readonly cluster: string;
}

/**
 * Folds stored events of one deployment, in order, into what the planner shows. The last change of a task wins, so a
 * batch costs one row per task however many events it has.
 */
export function foldEvents(subject: FoldSubject, events: readonly DeploymentEvent[]): FoldedEvents {
  const fold = new Fold(subject);
  for (const event of events) fold.add(event);
  return fold.result(events.at(-1)?.seq ?? 0);
}

class Fold {
  readonly #tasks = new Map<string, TaskChange>();
  readonly #attempts = new Map<string, AttemptChange>();
  readonly #outcomes = new Map<string, TaskOutcome>();
  readonly #feed: NewFeedEvent[] = [];
  readonly #controls: ControlEvent[] = [];
  readonly #hostKeys: { readonly task: string; readonly hostKey: string }[] = [];
  #executor: string | null = null;
  #state: FoldedEvents['state'] = null;
  #startedAt: number | null = null;
  readonly #carried: CarriedEnd[] = [];

  constructor(private readonly subject: FoldSubject) {}

  result(lastSeq: number): FoldedEvents {
    return {
      lastSeq,
      tasks: this.#tasks,
      attempts: [...this.#attempts.values()],
      outcomes: this.#outcomes,
      executor: this.#executor,
      state: this.#state,
      startedAt: this.#startedAt,
      carried: this.#carried,
      controls: this.#controls,
      hostKeys: this.#hostKeys,
      feed: this.#feed,
    };
  }

  add(event: DeploymentEvent): void {
    const { at } = event;
    switch (event.type) {
      case 'accepted':
        this.#startedAt = at;
        return;
      case 'carried-over':
        for (const { task, attempts, end } of event.tasks) {
          if (end === undefined) this.#reopen(task, at, attempts);
          else this.#carried.push({ task, state: end });
        }
        return;
      case 'tasks-reopened':
        for (const task of event.tasks) this.#reopen(task, at);
        return;
      case 'owner-changed':
        this.#executor = event.executor;
        return;
      case 'node-ready':
      case 'pool-leased':
      case 'pool-returned':
        return;
      case 'attempt-cancelling': {
        const why = event.cause === 'cancel' ? 'is being cancelled' : 'has timed out and is being ended';
        return this.#change(event.task, { reason: `${why}; its node has not confirmed that yet` });
      }
      case 'retry-due':
        this.#change(event.task, { state: 'ready', reason: null });
        return;
      case 'attempt-started':
        this.#change(event.task, {
          state: 'running',
          attempts: event.attempt,
          startedAt: this.#tasks.get(event.task)?.startedAt ?? at,
          reason: null,
        });
        this.#attempt(event.task, event.attempt, { startedAt: at, executor: this.#executor });
        this.#tell('task.running', at, event.task, { attempt: event.attempt });
        return;
      case 'attempt-ended':
        this.#attemptEnded(event);
        return;
      case 'retry-set': {
        const notBefore = new Date(event.notBefore).toISOString();
        const reason = `tries again at ${notBefore}`;
        this.#change(event.task, { state: 'ready', reason });
        this.#tell('task.retrying', at, event.task, { notBefore, reason });
        return;
      }
      case 'task-held':
        this.#taskHeld(event);
        return;
      case 'tasks-ended':
        for (const task of event.tasks) this.#taskEnded(task, event.state, at, event.cause);
        return;
      case 'control':
        if (event.verb === 'skip' && !event.tooLate) this.#skipAsked(event);
        return this.#control(event);
      case 'state-changed':
        this.#state = { state: event.state, text: event.text, at };
        if (isDeploymentEnd(event.state) || event.state === 'pending') return;
        this.#tell(`transaction.${event.state}`, at, null, { text: event.text });
    }
  }

  #skipAsked({ tasks, who, why }: ControlEvent): void {
    const by = why === null ? who : `${who}: ${why}`;
    for (const task of tasks ?? [])
      this.#change(task, { skipAsked: { by, state: this.#tasks.get(task)?.state ?? null } });
  }

  #attemptEnded({ task, attempt, result, at }: DeploymentEvent & { type: 'attempt-ended' }): void {
    this.#attempt(task, attempt, { endedAt: at, result });
    if (result.kind === 'exited' && result.hostKey !== undefined)
      this.#hostKeys.push({ task, hostKey: result.hostKey });
    if (!isSuccess(result)) this.#outcomes.set(task, { succeeded: false, at });
    const exitCode = result.kind === 'exited' ? result.code : null;
    const summary = result.kind === 'exited' ? (result.summary ?? null) : null;
    // Whether the task is over with it is told by an event of its own: it may be tried again.
    const reason = isSuccess(result) ? null : describeResult(result);
    if (result.kind !== 'lost') return this.#change(task, { exitCode, reason, summary });
    this.#change(task, { exitCode, state: 'lost', reason, summary });
    this.#tell('task.lost', at, task, { attempt, reason });
  }

  /** Nothing runs any more: a person is in the way, as a policy would be. What is lost stays so until that person decides. */
  #taskHeld({ task, cause, at }: DeploymentEvent & { type: 'task-held' }): void {
    const reason = `${cause === 'lost' ? 'lost' : 'failed'}: waits for a person to retry, skip or cancel`;
    this.#change(task, { reason, ...(cause === 'lost' ? {} : { state: 'ready' }) });
    this.#tell('task.held', at, task, { cause, reason });
  }

  #taskEnded(task: string, state: TaskEnd, at: number, cause: EndCause | undefined): void {
    // "Exited with code 7" is there already, and says more than that the last attempt failed.
    const known = cause?.code === 'attempt' && cause.text === undefined;
    const reason = cause === undefined ? null : describeCause(cause);
    this.#change(task, { state, endedAt: at, ...(known ? {} : { reason }) });
    // What was never started is as it was.
    if (state !== 'not-run' && state !== 'blocked') this.#outcomes.set(task, { succeeded: state === 'succeeded', at });
    this.#tell(`task.${state}`, at, task, {
      ...(cause ? { cause: cause.code, reason: (known ? this.#tasks.get(task)?.reason : null) ?? reason } : {}),
      ...(cause?.culprit ? { culprit: cause.culprit } : {}),
    });
  }

  #control(event: ControlEvent): void {
    this.#controls.push(event);
    const { command, verb, who, why, tooLate, at } = event;
    const late = tooLate ? { tooLate } : {};
    this.#tell('transaction.control', at, null, { command, verb, who, why, ...detailsOf(event), ...late });
  }

  #reopen(task: string, at: number, attempts?: number): void {
    const { startedAt: _, endedAt: __, ...known } = this.#tasks.get(task) ?? {};
    const counted = attempts === undefined ? {} : { attempts };
    this.#tasks.set(task, { ...known, ...counted, state: 'waiting', reason: null, reopened: true });
    this.#tell('task.reopened', at, task, {});
  }

  #change(task: string, change: TaskChange): void {
    const known = this.#tasks.get(task);
    if (known === undefined) this.#tasks.set(task, { ...change });
    else Object.assign(known, change);
  }

  #attempt(task: string, attempt: number, change: Partial<AttemptChange>): void {
    const key = `${task}\n${attempt}`;
    const known = this.#attempts.get(key);
    if (known === undefined) this.#attempts.set(key, { task, attempt, ...change });
    else Object.assign(known, change);
  }

  #tell(type: NewFeedEvent['type'], at: number, task: string | null, data: NewFeedEvent['data']): void {
    const about: FeedSubject = {
      ...this.subject,
      ...(task === null ? {} : { task, node: task.slice(task.lastIndexOf('@') + 1) }),
    };
    this.#feed.push({ type, at, subject: about, data });
  }
}
