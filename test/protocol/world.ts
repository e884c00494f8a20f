import { seededNumbers } from '@muster/simulation';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time, chance from one seed, and what is due: one thing after another, so that a seed gives the same run every time. */
export class World {
  /** Milliseconds since the epoch. */
  now = 1_750_000_000_000;
  readonly chance: () => number;
  readonly trace: string[] = [];
  readonly #queue: Due[] = [];
  #order = 0;

  constructor(readonly seed: number) {
    this.chance = seededNumbers(seed);
  }

  /** Runs `what` in `ms`; those due at the same time run in the order in which they were asked for. */
  after(ms: number, what: () => void): void {
    const due = { at: this.now + Math.max(0, ms), order: this.#order++, run: what };
    const queue = this.#queue;
    let at = queue.push(due) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(due, queue[parent] as Due); parent = (at - 1) >> 1) {
      queue[at] = queue[parent] as Due;
      at = parent;
    }
    queue[at] = due;
  }

  /** Does the next thing that is due, and lets what follows from it settle. False if nothing is due. */
  async step(): Promise<boolean> {
    const next = this.#take();
    if (!next) return false;
    this.now = Math.max(this.now, next.at);
    next.run();
    // Promises that wait for nothing but each other; everything else waits for this queue.
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.chance() * (to - from + 1));
  }

  /** True in `part` of all cases; asks chance only if the answer is open. */
  happens(part: number): boolean {
    return part > 0 && this.chance() < part;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T;
  }

  note(text: string): void {
    this.trace.push(`${String(this.now - 1_750_000_000_000).padStart(8)} ${text}`);
  }

  #take(): Due | undefined {
    const queue = this.#queue;
    const first = queue[0];
    const last = queue.pop();
    if (!first || !last || queue.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= queue.length) break;
      if (child + 1 < queue.length && isBefore(queue[child + 1] as Due, queue[child] as Due)) child++;
      if (!isBefore(queue[child] as Due, last)) break;
      queue[at] = queue[child] as Due;
      at = child;
    }
    queue[at] = last;
    return first;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
