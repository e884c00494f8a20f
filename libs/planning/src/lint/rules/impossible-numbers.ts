import type { TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { LintGraph } from '../lint-graph';
import { finding, over } from '../lint-rule';

/** A task that is expected to take longer than it may. */
export function findShortTimeouts(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) => {
    const { expectedMs, timeoutMs } = definition;
    if (expectedMs === null || expectedMs <= timeoutMs) return [];
    return [
      finding(graph, 'LINT_SHORT_TIMEOUT', definition, {
        path: 'timeout',
        summary: `is expected to take ${expectedMs / 1000} seconds and is ended after ${timeoutMs / 1000}`,
      }),
    ];
  });
}

/** A limit that never holds anything back, since there are never so many nodes. */
export function findIdleLimits(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) => {
    const { amount } = definition.strategy;
    if (typeof amount !== 'number' || amount === 1) return [];
    const most = nodesMax(graph, definition);
    if (most === null || amount < most) return [];
    return [
      finding(graph, 'LINT_IDLE_LIMIT', definition, {
        path: 'parameters.strategy',
        summary: `may run on ${amount} nodes at once, and its roles have at most ${most}`,
      }),
    ];
  });
}

/** Most nodes that a definition can be on, by the `max` of its roles; null where one has none. */
function nodesMax(graph: LintGraph, definition: TaskDefinition): number | null {
  const { tags, isEvery, hasMaster } = graph.nodesOf(definition);
  const roles = [...tags].map((tag) => graph.tags.rolesOf(tag));
  graph.work.spend(roles.reduce((sum, each) => sum + each.length, 0) / 10);
  if (graph.isOpen || isEvery || roles.length === 0 || roles.some((each) => each.length === 0)) return null;
  const sizes = [...new Set(roles.flat())].map(({ max }) => max);
  if (sizes.includes(null)) return null;
  return sizes.reduce((sum: number, max) => sum + (max ?? 0), hasMaster ? 1 : 0);
}
