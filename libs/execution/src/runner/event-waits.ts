import { awaitedEvent, type AttemptResult, type DeploymentEventBody, type GraphTask } from '@muster/model';
import type { DeploymentState } from '@muster/scheduling';

const NO_OUTPUT = { stdout: 0, stderr: 0 } as const;

/** Attempts that wait for an event: they need no node and no connection, since the event is in the log, or will be. */
export class EventWaits {
  readonly #state: DeploymentState;
  readonly #fact: (body: DeploymentEventBody, task: number) => Promise<void>;
  readonly #waits = new Map<number, { readonly attempt: number; readonly event: string }>();

  constructor(state: DeploymentState, fact: (body: DeploymentEventBody, task: number) => Promise<void>) {
    this.#state = state;
    this.#fact = fact;
  }

  /** False: the task waits for no event. */
  begin(task: number, attempt: number): boolean {
    const event = awaitedEvent(this.#task(task));
    if (event === null) return false;
    this.#waits.set(task, { attempt, event });
    return true;
  }

  has(task: number): boolean {
    return this.#waits.has(task);
  }

  /** Ends the waits for events that have been signalled. */
  endSignalled(): void {
    if (this.#state.signals.size === 0 || this.#waits.size === 0) return;
    for (const [task, { attempt, event }] of [...this.#waits])
      if (this.#state.signals.has(event)) this.end(task, attempt, { kind: 'exited', code: 0, sizes: NO_OUTPUT });
  }

  end(task: number, attempt: number, result: AttemptResult): void {
    if (!this.#waits.delete(task)) return;
    void this.#fact({ type: 'attempt-ended', task: this.#task(task).task, attempt, result }, task);
  }

  /** Forgets every wait, without a word. */
  clear(): void {
    this.#waits.clear();
  }

  #task(task: number): GraphTask {
    return this.#state.graph.tasks[task] as GraphTask;
  }
}
