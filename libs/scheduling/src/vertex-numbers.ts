import { invariant } from '@muster/problems';

/**
 * The numbers of a graph's vertices by their names. Tasks of a planned graph ascend by address and are found by halving;
 * those of any other graph by a table, as barriers are: to make one of 100,000 addresses costs as much as half of the rest
 * of compiling, and whoever carries a graph out mostly has the numbers.
 */
export class VertexNumbers {
  readonly #ascending: readonly string[];
  readonly #table = new Map<string, number>();

  /** Tasks have the numbers of their places, barriers those that follow. Fails with `InvariantBroken` on a name that is there twice. */
  constructor(addresses: readonly string[], barriers: readonly string[]) {
    this.#ascending = isAscending(addresses) ? addresses : [];
    if (this.#ascending !== addresses) addresses.forEach((address, task) => this.#table.set(address, task));
    barriers.forEach((id, barrier) => this.#table.set(id, addresses.length + barrier));
    invariant(
      this.#ascending.length + this.#table.size === addresses.length + barriers.length &&
        barriers.every((id) => this.#find(id) === undefined),
      'every vertex of a graph has a name of its own',
    );
  }

  get(name: string): number | undefined {
    return this.#find(name) ?? this.#table.get(name);
  }

  #find(address: string): number | undefined {
    let [from, to] = [0, this.#ascending.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#ascending[middle] as string) < address) from = middle + 1;
      else to = middle;
    }
    return this.#ascending[from] === address ? from : undefined;
  }
}

function isAscending(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index++)
    if ((names[index - 1] as string) >= (names[index] as string)) return false;
  return true;
}
