import type { AttemptResult } from '@muster/model';

/** Results of ended attempts of which has not been decided what they mean, one a task; oldest first. */
export class Unjudged {
  readonly #results: (AttemptResult | null)[];
  /** In the order in which they came; what has been judged since, or came anew, may be in it too. */
  #order: number[] = [];
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
    this.#order.push(task);
  }

  get(task: number): AttemptResult | null {
    return this.#results[task] ?? null;
  }

  remove(task: number): void {
    if (this.#results[task] === null) return;
    this.#results[task] = null;
    this.#size--;
    if (this.#size === 0) this.#order = [];
  }

  /** The tasks that have one; a list of the caller's own. */
  tasks(): readonly number[] {
    if (this.#order.length === this.#size) return this.#order.slice();
    return [...new Set(this.#order)].filter((task) => this.#results[task] !== null);
  }
}
