import { isTaskEnd, type TaskState } from './status';

/**
 * What is to be said of the wish to skip a task, now that the task is in `state`: that it is still to come, that it was
 * followed, or that it came to nothing. `by` names who asked, and why.
 */
export function describeSkipWish(by: string, state: TaskState): string {
  if (state === 'skipped') return `skipped, as asked by ${by}`;
  if (isTaskEnd(state)) return `it ended before the skip asked by ${by} took effect`;
  return `to be skipped when its turn comes, as asked by ${by}`;
}
