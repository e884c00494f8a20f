/** Something that becomes due; `attempt` tells an old entry from the one that counts. */
export interface Due {
  readonly at: number;
  readonly task: number;
  readonly attempt: number;
}

const ROOM_FIRST = 64;

/**
 * A heap by time, ties by task number. Entries are not removed when they lose their meaning: the reader checks, and
 * `keepOnly` forgets them when there are many. Cost: O(log n) for `push` and `pop`.
 */
export class TimeHeap {
  #at = new Float64Array(ROOM_FIRST);
  #task = new Int32Array(ROOM_FIRST);
  #attempt = new Int32Array(ROOM_FIRST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Infinity when empty. */
  get nextAt(): number {
    return this.#size === 0 ? Infinity : (this.#at[0] as number);
  }

  push(at: number, task: number, attempt: number): void {
    if (this.#size === this.#at.length) this.#grow();
    let index = this.#size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(at, task, this.#at[parent] as number, this.#task[parent] as number)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#put(index, at, task, attempt);
  }

  /** The earliest, removed, if it is due at `now`. */
  popDue(now: number): Due | null {
    if (this.#size === 0 || (this.#at[0] as number) > now) return null;
    const best = { at: this.#at[0] as number, task: this.#task[0] as number, attempt: this.#attempt[0] as number };
    const last = --this.#size;
    if (last > 0) this.#sink(0, this.#at[last] as number, this.#task[last] as number, this.#attempt[last] as number);
    return best;
  }

  /** Forgets the entries that `counts` denies. Cost: O(n). */
  keepOnly(counts: (task: number, attempt: number) => boolean): void {
    let kept = 0;
    for (let index = 0; index < this.#size; index++)
      if (counts(this.#task[index] as number, this.#attempt[index] as number)) this.#move(index, kept++);
    this.#size = kept;
    for (let index = (kept >> 1) - 1; index >= 0; index--)
      this.#sink(index, this.#at[index] as number, this.#task[index] as number, this.#attempt[index] as number);
  }

  #sink(from: number, at: number, task: number, attempt: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isLess(child + 1, child)) child += 1;
      if (!isBefore(this.#at[child] as number, this.#task[child] as number, at, task)) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, at, task, attempt);
  }

  #isLess(one: number, other: number): boolean {
    const at = this.#at;
    const task = this.#task;
    return isBefore(at[one] as number, task[one] as number, at[other] as number, task[other] as number);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#at[from] as number, this.#task[from] as number, this.#attempt[from] as number);
  }

  #put(index: number, at: number, task: number, attempt: number): void {
    this.#at[index] = at;
    this.#task[index] = task;
    this.#attempt[index] = attempt;
  }

  #grow(): void {
    const room = this.#at.length * 2;
    const [at, task, attempt] = [new Float64Array(room), new Int32Array(room), new Int32Array(room)];
    at.set(this.#at);
    task.set(this.#task);
    attempt.set(this.#attempt);
    this.#at = at;
    this.#task = task;
    this.#attempt = attempt;
  }
}

function isBefore(at: number, task: number, otherAt: number, otherTask: number): boolean {
  return at < otherAt || (at === otherAt && task < otherTask);
}
