import { type Draft, type DraftTask, relate } from './draft';

/** Each of `tasks` comes after all of `others`, said once for all of them; a task that is among the others does not wait for itself. */
export function requireAll(draft: Draft, tasks: readonly DraftTask[], others: readonly number[]): void {
  const [first, second] = others;
  if (first === undefined) return;
  if (second === undefined) {
    for (const task of tasks) relate(task, 'requires', [first]);
    return;
  }
  const set = draft.sets.numberOf(others);
  for (const task of tasks) relate(task, 'requiresSets', [set]);
}
