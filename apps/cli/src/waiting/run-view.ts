import type { FeedEvent, TransactionStatus } from '@muster/client';
import { isTaskEnd, TASK_STATES, type TaskState } from '@muster/model';
import { controlLine } from './control-line';

export interface Failure {
  readonly task: string;
  readonly reason: string;
}

/** What is known of a running transaction: its tasks, and what events told of them so far. */
export class RunView {
  readonly #states = new Map<string, TaskState>();
  readonly #running = new Map<string, number>();
  readonly #failures = new Map<string, Failure>();
  #ended = 0;
  #lastEndAt = 0;
  state = 'pending';
  /** Milliseconds since the epoch; null before anything ran. */
  startedAt: number | null = null;
  expectedMs: number | null = null;
  /** What a person asked for last; null: nothing. */
  lastControl: string | null = null;

  /** Takes from `status` which tasks there are. Their states come from the events, which are read from the first on. */
  take(status: TransactionStatus): void {
    this.state = status.state;
    this.expectedMs = status.expectedMs;
    if (status.startedAt) this.startedAt = Date.parse(status.startedAt);
    for (const { tasks } of status.graphs) {
      for (const task of Object.keys(tasks)) if (!this.#states.has(task)) this.#states.set(task, 'waiting');
    }
  }

  /** Folds an event; true if it told something about a task. */
  apply(event: FeedEvent): boolean {
    const [subject, what] = event.type.split('.');
    if (event.type === 'transaction.control') this.lastControl = controlLine(event);
    if (subject === 'transaction' && what !== 'control' && what !== undefined) {
      this.state = what === 'ended' && typeof event.data['state'] === 'string' ? event.data['state'] : what;
      return false;
    }
    const { task } = event.subject;
    if (subject !== 'task' || task === undefined) return false;
    const state = stateTold(what, event);
    if (state === undefined) return false;
    this.#set(task, state, Date.parse(event.at), reasonOf(event), what === 'held');
    return true;
  }

  knows(task: string): boolean {
    return this.#states.has(task);
  }

  get total(): number {
    return this.#states.size;
  }

  get ended(): number {
    return this.#ended;
  }

  /** Longest running first. */
  get running(): readonly (readonly [task: string, since: number])[] {
    return [...this.#running].sort((a, b) => a[1] - b[1]);
  }

  /** In the order in which they came. */
  get failures(): readonly Failure[] {
    return [...this.#failures.values()];
  }

  /**
   * Milliseconds until the end, as far as can be told; null when it cannot. The plan's prediction, or what the pace until the
   * last end says if that is more: so it never grows while nothing happens. Early on there is no pace yet.
   */
  remainingMs(now: number): number | null {
    if (this.startedAt === null) return null;
    const predicted = this.expectedMs === null ? 0 : this.startedAt + this.expectedMs - now;
    const each =
      this.#ended === 0 || this.#ended * 5 < this.total ? 0 : (this.#lastEndAt - this.startedAt) / this.#ended;
    const remaining = Math.max(predicted, this.#lastEndAt + each * (this.total - this.#ended) - now);
    return remaining > 0 ? remaining : null;
  }

  #set(task: string, state: TaskState, at: number, reason: string | null, isHeld: boolean): void {
    const before = this.#states.get(task);
    this.#states.set(task, state);
    if (isTaskEnd(state)) this.#lastEndAt = Math.max(this.#lastEndAt, at);
    this.#ended += Number(isTaskEnd(state)) - Number(before !== undefined && isTaskEnd(before));
    if (state === 'running') this.#running.set(task, at);
    else this.#running.delete(task);
    if (state === 'failed' || state === 'lost' || isHeld) this.#failures.set(task, { task, reason: reason ?? state });
    else this.#failures.delete(task);
  }
}

function stateTold(what: string | undefined, event: FeedEvent): TaskState | undefined {
  if (what === 'retrying') return 'ready';
  if (what === 'reopened') return 'waiting';
  // Nothing runs any more; what is lost stays so until a person decides.
  if (what === 'held') return event.data['cause'] === 'lost' ? 'lost' : 'ready';
  return TASK_STATES.find((it) => it === what);
}

/** What an event says of why; null when it says nothing. */
export function reasonOf(event: FeedEvent): string | null {
  const { reason } = event.data;
  return typeof reason === 'string' && reason !== '' ? reason : null;
}
