import { NOOP_TASK_TYPES, type TaskReason } from '@muster/model';
import type { Draft, DraftTask } from '../draft/draft';

/**
 * Under `--noop`, what a task would change is unknown where its type cannot tell without doing it, or where it takes an
 * output that nobody gives then. Such a task stays as a bridge: it is shown as skipped with that reason, never as a success.
 */
export function skipInNoop(draft: Draft): void {
  if (!draft.input.options?.noop) return;
  const unknown: DraftTask[] = [];
  const skip = (task: DraftTask, reason: TaskReason): void => {
    if (task.action === 'skip') return;
    [task.action, task.reason] = ['skip', reason];
    unknown.push(task);
  };
  for (const task of draft.tasks) {
    const { type } = task.definition;
    if (!NOOP_TASK_TYPES.has(type))
      skip(task, { code: 'noop', text: `Unknown in noop: a ${type} task cannot tell what it would change.` });
  }
  const takers = new Map<number, DraftTask[]>();
  for (const task of draft.tasks)
    for (const source of task.takesFrom) takers.set(source, [...(takers.get(source) ?? []), task]);
  for (const source of unknown)
    for (const taker of takers.get(source.index) ?? [])
      skip(taker, {
        code: 'noop',
        text: `Unknown in noop: it takes an output of ${source.address}, which does not run.`,
      });
}
