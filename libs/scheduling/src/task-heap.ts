/**
 * A heap of task numbers: the one with the highest rank first, ties by number (which is the order of addresses).
 * Cost: O(log n) for `push` and `pop`. Ranks must not change while tasks are inside.
 */
export class TaskHeap {
  readonly #rank: Float64Array;
  readonly #items: number[] = [];

  constructor(rank: Float64Array) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#items.length;
  }

  push(task: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as number;
      if (!this.#before(task, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = task;
  }

  /** All tasks inside, in no order. */
  items(): Iterable<number> {
    return this.#items;
  }

  /** The best task, removed; -1 when empty. */
  pop(): number {
    const items = this.#items;
    const best = items[0];
    if (best === undefined) return -1;
    const last = items.pop() as number;
    const size = items.length;
    if (size > 0) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= size) break;
        if (child + 1 < size && this.#before(items[child + 1] as number, items[child] as number)) child += 1;
        const below = items[child] as number;
        if (!this.#before(below, last)) break;
        items[at] = below;
        at = child;
      }
      items[at] = last;
    }
    return best;
  }

  #before(a: number, b: number): boolean {
    return isChosenBefore(this.#rank, a, b);
  }
}

/** The order of choice: the higher rank first, ties by number. */
export function isChosenBefore(rank: Float64Array, a: number, b: number): boolean {
  const difference = (rank[a] as number) - (rank[b] as number);
  return difference > 0 || (difference === 0 && a < b);
}
