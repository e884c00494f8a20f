import type { TransactionStatus } from '@muster/client';
import { TASK_STATES, type TaskState } from '@muster/model';

/** `12 succeeded, 1 failed`: how many tasks are in which state, zeros left out, in the order of the states' table. */
export function taskCounts(status: TransactionStatus): string {
  const counts = new Map<TaskState, number>();
  for (const { tasks } of status.graphs) {
    for (const { state } of Object.values(tasks)) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return (
    TASK_STATES.flatMap((state) => (counts.has(state) ? [`${counts.get(state)} ${state}`] : [])).join(', ') ||
    'no tasks'
  );
}

/** Tasks that failed or were lost, each with what is known of why. */
export function failures(status: TransactionStatus): readonly { readonly task: string; readonly reason: string }[] {
  return status.graphs.flatMap(({ tasks }) =>
    Object.entries(tasks).flatMap(([task, it]) =>
      it.state === 'failed' || it.state === 'lost'
        ? [{ task, reason: it.reason ?? `${it.state}, exit code ${it.exitCode ?? 'unknown'}` }]
        : [],
    ),
  );
}
