import type { FailureGroup, TransactionStatus } from '@muster/client';
import { TASK_STATES, type TaskState } from '@muster/model';
import { firstOf } from '../io/short-list';

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

/** A line for each cause that tasks failed or were lost for: `hiera on 37 nodes (n1, n2, n3, n4, n5 and 32 more): exited with code 7`. */
export function failureLines({ failures, graphs }: TransactionStatus): readonly string[] {
  if (failures !== undefined) return failures.map(groupLine);
  return graphs.flatMap(({ tasks }) =>
    Object.entries(tasks).flatMap(([task, { state, reason, exitCode }]) =>
      state === 'failed' || state === 'lost'
        ? [`${task}: ${reason ?? `${state}, exit code ${exitCode ?? 'unknown'}`}`]
        : [],
    ),
  );
}

function groupLine({ definition, reason, count, nodes }: FailureGroup): string {
  const why = reason ?? 'no reason is known';
  return count === 1
    ? `${definition}@${nodes[0]}: ${why}`
    : `${definition} on ${count} nodes (${firstOf(nodes, count)}): ${why}`;
}

/** A line for each node of which it is not known that what was to be ended there has ended. */
export function unconfirmedLines({ unconfirmed = [] }: TransactionStatus): readonly string[] {
  return unconfirmed.map(({ task, since, text }) => `${task} may still run: ${text} (since ${since})`);
}
