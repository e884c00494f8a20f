/** An attempt that was decided and has not ended as far as the log knows. */
export interface OpenAttempt {
  readonly attempt: number;
  readonly startedAt: number;
  readonly cancelling: 'timeout' | 'cancel' | null;
}

const PHASES = [undefined, null, 'timeout', 'cancel'] as const;
const CLOSED = 0;
const RUNNING = 1;
const CODES = { timeout: 2, cancel: 3 } as const;

/**
 * The attempts that are open, by task; a task's open attempt is its newest. Arrays and no map of objects, since each
 * attempt of a large deployment goes through here.
 */
export class OpenAttempts {
  readonly #attempts: Int32Array;
  readonly #startedAt: Float64Array;
  readonly #phase: Uint8Array;
  size = 0;

  /** `attempts` counts the attempts of each task; it belongs to the caller, who keeps it. */
  constructor(attempts: Int32Array) {
    this.#attempts = attempts;
    this.#startedAt = new Float64Array(attempts.length);
    this.#phase = new Uint8Array(attempts.length);
  }

  add(task: number, startedAt: number): void {
    this.#startedAt[task] = startedAt;
    this.#phase[task] = RUNNING;
    this.size++;
  }

  cancel(task: number, cause: 'timeout' | 'cancel'): void {
    this.#phase[task] = CODES[cause];
  }

  remove(task: number): void {
    this.#phase[task] = CLOSED;
    this.size--;
  }

  /** True if this very attempt is open. */
  has(task: number, attempt: number): boolean {
    return (this.#phase[task] ?? CLOSED) !== CLOSED && this.#attempts[task] === attempt;
  }

  get(task: number): OpenAttempt | undefined {
    const cancelling = PHASES[this.#phase[task] ?? CLOSED];
    if (cancelling === undefined) return undefined;
    return { attempt: this.#attempts[task] as number, startedAt: this.#startedAt[task] as number, cancelling };
  }

  /** In the graph's order. Cost: proportional to the tasks of the graph. */
  *[Symbol.iterator](): IterableIterator<readonly [number, OpenAttempt]> {
    for (let task = 0; task < this.#phase.length; task++) {
      const open = this.get(task);
      if (open) yield [task, open];
    }
  }
}
