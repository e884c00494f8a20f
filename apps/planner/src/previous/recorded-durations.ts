import { ByTask } from './by-task';
import { type PreviousRecords, successRecords } from './read-previous';

/**
 * How long tasks took: on that node, else on the other nodes of the cluster, else in other clusters of the release. The
 * median of the last few, so that one odd run does not count. What a replaced machine needed counts as well.
 */
export class RecordedDurations {
  readonly #ofTask = new ByTask<number>();
  readonly #ofDefinition = new Map<string, number>();

  constructor({ successes, elsewhere }: PreviousRecords) {
    const together = new Map<string, number[]>();
    for (const [definition, node, , , , , durations] of successRecords(successes)) {
      const median = medianOf(durations);
      if (median === null) continue;
      this.#ofTask.set(definition, node, median);
      const others = together.get(definition);
      if (others === undefined) together.set(definition, [median]);
      else others.push(median);
    }
    for (const [definition, ms] of Object.entries(JSON.parse(elsewhere) as Record<string, number>))
      this.#ofDefinition.set(definition, ms);
    for (const [definition, all] of together) this.#ofDefinition.set(definition, medianOf(all) ?? 0);
  }

  /** Milliseconds; null: it never succeeded anywhere. */
  of(definition: string, node: string): number | null {
    return this.#ofTask.get(definition, node) ?? this.#ofDefinition.get(definition) ?? null;
  }
}

/** Null of none; the lower one of the two in the middle. */
function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
