interface Entry<Value> {
  readonly at: number;
  readonly order: number;
  readonly value: Value;
}

/** What is to happen on virtual time: earliest first, at one time in the order in which it was pushed. */
export class EventQueue<Value> {
  readonly #heap: Entry<Value>[] = [];
  #pushed = 0;

  push(at: number, value: Value): void {
    const heap = this.#heap;
    heap.push({ at, order: this.#pushed++, value });
    for (let index = heap.length - 1; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  peek(): { readonly at: number; readonly value: Value } | undefined {
    return this.#heap[0];
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, index)) break;
      this.#swap(child, index);
      index = child;
    }
  }

  #before(a: number, b: number): boolean {
    const one = this.#heap[a] as Entry<Value>;
    const other = this.#heap[b] as Entry<Value>;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a] as Entry<Value>;
    this.#heap[a] = this.#heap[b] as Entry<Value>;
    this.#heap[b] = held;
  }
}
