import type { Problem } from '@muster/problems';
import { isNowhere, type LintGraph } from '../lint-graph';
import { finding, over } from '../lint-rule';

/** Definitions without placement that are in no group: they never become a task. In a plugin, the release's groups may name them. */
export function findPlacedNowhere(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) => {
    if (!hasNoPlacement(definition) || !isNowhere(graph.nodesOf(definition))) return [];
    return [
      finding(graph, 'LINT_PLACED_NOWHERE', definition, {
        summary: graph.isOpen
          ? `has neither tags nor roles nor groups, and no group of this ${graph.bundle.kind} names it`
          : 'has neither tags nor roles nor groups, and no group names it: it never runs',
        ...(graph.isOpen || graph.isOfTheField(definition) ? { severity: 'info' } : {}),
      }),
    ];
  });
}

function hasNoPlacement({ tags, roles, groups }: LintGraph['tasks'][number]): boolean {
  return [tags, roles, groups].every((placement) => placement === null || placement.length === 0);
}
