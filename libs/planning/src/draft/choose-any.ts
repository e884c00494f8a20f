import type { Draft, DraftTask } from './draft';

/** For `policy: any`: per node that has one of the tasks asked for, those tasks. In the order of `nodes`. */
export function candidatesFor(draft: Draft, ids: readonly string[], nodes: readonly string[]): number[][] {
  return nodes
    .map((node) => ids.map((id) => draft.at(id, node)).filter((index) => index !== undefined))
    .filter((tasks) => tasks.length > 0);
}

/**
 * The candidate that a task takes: the `rank`-th task of a definition takes the `rank`-th, round and round: the same
 * each time, and evenly spread. A candidate that is the task itself is passed over.
 */
export function chooseAny(
  task: DraftTask,
  rank: number,
  candidates: readonly (readonly number[])[],
): readonly number[] {
  for (let step = 0; step < candidates.length; step++) {
    const others = (candidates[(rank + step) % candidates.length] ?? []).filter((index) => index !== task.index);
    if (others.length > 0) return others;
  }
  return [];
}
