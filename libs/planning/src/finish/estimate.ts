import { longestPaths, type Digraph } from '@muster/graph';
import type { TaskAddress } from '@muster/model';
import type { Draft } from '../draft/draft';

/** Assumed for a task without history or hint, as the scheduler does. */
export const EXPECTED_MS_DEFAULT = 1000;

/** The chain of tasks that takes longest, and how long; tasks that are skipped and barriers take no time and are left out. */
export function estimate(draft: Draft, graph: Digraph): { criticalPath: TaskAddress[]; expectedMs: number } {
  const durations = draft.tasks.map((task) =>
    task.action === 'skip'
      ? 0
      : (draft.input.recordedMs?.(task.definition.id, task.node) ?? task.definition.expectedMs ?? EXPECTED_MS_DEFAULT),
  );
  const { path, length } = longestPaths(graph, (vertex) => durations[vertex] ?? 0);
  const running = path.filter((vertex) => draft.tasks[vertex]?.action === 'run');
  return { criticalPath: running.map((vertex) => draft.task(vertex).address), expectedMs: length };
}
