/** Something that becomes due; `attempt` tells an old entry from the one that counts. */
export interface Due {
  readonly at: number;
  readonly task: number;
  readonly attempt: number;
}

/** A heap by time, ties by task number. Entries are not removed when they lose their meaning: the reader checks. */
export class TimeHeap {
  readonly #items: Due[] = [];

  push(due: Due): void {
    const items = this.#items;
    let at = items.length;
    items.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as Due;
      if (!before(due, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = due;
  }

  peek(): Due | undefined {
    return this.#items[0];
  }

  pop(): Due | undefined {
    const items = this.#items;
    const best = items[0];
    const last = items.pop();
    if (best === undefined || last === undefined || items.length === 0) return best;
    const size = items.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && before(items[child + 1] as Due, items[child] as Due)) child += 1;
      const below = items[child] as Due;
      if (!before(below, last)) break;
      items[at] = below;
      at = child;
    }
    items[at] = last;
    return best;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.task < b.task);
}
