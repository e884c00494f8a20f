import type { AttemptResult } from '@muster/model';

/** Results of ended attempts of which has not been decided what they mean, one a task; oldest first. */
export class Unjudged {
  readonly #results: (AttemptResult | null)[];
  /** In the order in which they came; what has been judged since, or came anew, may be in it too. */
  readonly #order: number[] = [];
  /** How much of `#order` counts: it is filled anew instead of being made anew for each event. */
  #ordered = 0;
  #size = 0;

  constructor(tasks: number) {
    this.#results = new Array<AttemptResult | null>(tasks).fill(null);
  }

  get size(): number {
    return this.#size;
  }

  add(task: number, result: AttemptResult): void {
    if (this.#results[task] === null) this.#size++;
    this.#results[task] = result;
    this.#order[this.#ordered++] = task;
  }

  get(task: number): AttemptResult | null {
    return this.#results[task] ?? null;
  }

  remove(task: number): void {
    if (this.#results[task] === null) return;
    this.#results[task] = null;
    this.#size--;
    if (this.#size === 0) this.#ordered = 0;
  }

  /** The tasks that have one; a list of the caller's own. */
  tasks(): readonly number[] {
    const order = this.#order.slice(0, this.#ordered);
    if (order.length === this.#size) return order;
    return [...new Set(order)].filter((task) => this.#results[task] !== null);
  }
}
