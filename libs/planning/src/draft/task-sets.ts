/** Sets of tasks that others require as a whole. Equal sets have one number, so that whoever requires them shares them. */
export class TaskSets {
  readonly #members: number[][] = [];
  readonly #numberOf = new Map<string, number>();

  get size(): number {
    return this.#members.length;
  }

  /** The number of the set of `tasks` (indices, in any order, repetitions allowed). */
  numberOf(tasks: readonly number[]): number {
    const members = [...new Set(tasks)].sort((a, b) => a - b);
    const key = members.join();
    const known = this.#numberOf.get(key);
    if (known !== undefined) return known;
    this.#numberOf.set(key, this.#members.length);
    return this.#members.push(members) - 1;
  }

  /** Ascending. */
  members(number: number): readonly number[] {
    return this.#members[number] ?? [];
  }
}
