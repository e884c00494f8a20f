/** What linting one bundle may cost, in units of about a microsecond: whoever waits for it waits for a few seconds. */
export const LINT_WORK_MAX = 12_000_000;

/** Thrown where a rule has spent what it may. */
class WorkSpent extends Error {}

/**
 * Counts work in units that depend on the bundle alone, so that the same bundle gives the same findings on every machine.
 * A rule that spends more than its share is stopped; what it found until then counts.
 */
export class LintWork {
  #left: number;
  #share = Infinity;

  constructor(max = LINT_WORK_MAX) {
    this.#left = max;
  }

  /** Before the work is done. Throws where it would be too much, and is caught in `within`. */
  spend(units: number): void {
    // What is refused is not done: the next rule has what was not spent.
    if (units > this.#share) {
      this.#share = 0;
      throw new WorkSpent('spent');
    }
    this.#left -= units;
    this.#share -= units;
  }

  /** As if what was asked before had been spent already. */
  refuse(): never {
    throw new WorkSpent('spent');
  }

  /** What `find` gives until it is done or has spent one of `shares` equal shares of what is left. */
  within<T>(shares: number, find: () => Iterable<T>): { readonly found: readonly T[]; readonly isFinished: boolean } {
    const found: T[] = [];
    this.#share = Math.max(0, this.#left) / shares;
    try {
      for (const each of find()) found.push(each);
      return { found, isFinished: true };
    } catch (error) {
      if (!(error instanceof WorkSpent)) throw error;
      return { found, isFinished: false };
    }
  }
}
