import type { Draft } from '../draft/draft';

/** An output is there only if the task that gives it runs in the same deployment. */
export function checkOutputs(draft: Draft): void {
  for (const task of draft.tasks) {
    if (task.action === 'skip') continue;
    for (const source of task.takesFrom.map((index) => draft.task(index)).filter(({ action }) => action === 'skip')) {
      const there = source.node === task.node ? `${source.definition.id} on the same node` : source.address;
      draft.reportTask('PLAN_OUTPUT_MISSING', task, {
        summary: `takes an output of ${there}, which is skipped: ${source.reason.text}`,
        place: task.definition.place,
      });
    }
  }
}
