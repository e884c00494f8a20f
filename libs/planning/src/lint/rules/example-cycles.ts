import type { TaskDefinition } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { Draft, type DraftTask } from '../../draft/draft';
import type { Evaluator } from '../../evaluator';
import { assignPlaces } from '../../passes/assign-places';
import { findCycle, placesOf, shownPath } from '../../passes/check-cycles';
import { collapseBarriers } from '../../passes/collapse-barriers';
import { mergeLayers } from '../../passes/merge-layers';
import { orderRoles } from '../../passes/order-roles';
import { placeDefinitions } from '../../passes/place-definitions';
import { resolveOutputs } from '../../passes/resolve-outputs';
import { resolveCrossRelations, resolveRelations } from '../../passes/resolve-relations';
import { apart, together, type ExampleCluster } from '../example-clusters';
import type { LintGraph } from '../lint-graph';
import { matchingCost, patternCost } from '../pattern-cost';
import { relationsOf } from '../written-relation';

/** What makes the relations of a plan, and nothing else. */
const PASSES = [
  ...[mergeLayers, assignPlaces, placeDefinitions, resolveRelations, resolveCrossRelations],
  ...[orderRoles, resolveOutputs, collapseBarriers],
];

/**
 * A cycle that planning finds in a small cluster of the bundle's roles: each role on one node, on two, and roles together.
 * An error if one node for each role is enough, more make no difference, and each task has its one role by name (roles that
 * the bundle does not name may bring others to more nodes): then every cluster that has the tasks has the cycle. Relations that are computed are left out.
 */
export function findExampleCycle(graph: LintGraph): readonly Problem[] {
  const single = apart(graph, 1);
  const double = apart(graph, 2);
  const [least, more] = [cycleIn(graph, single), cycleIn(graph, double)];
  if (least && more) {
    const isSure = least.path.every(({ definition }) => {
      const { isEvery, isOpen } = graph.nodesOf(definition);
      return !isEvery && !isOpen && least.draft.tasksOf(definition.id).length === 1;
    });
    return [asProblem(graph, isSure ? 'BUNDLE_CYCLE' : 'BUNDLE_POSSIBLE_CYCLE', single, least.path)];
  }
  const either = least ?? more;
  if (either) return [asProblem(graph, 'BUNDLE_POSSIBLE_CYCLE', least ? single : double, either.path)];
  const mixed = together(graph);
  const found = cycleIn(graph, mixed);
  return found ? [asProblem(graph, 'BUNDLE_POSSIBLE_CYCLE', mixed, found.path)] : [];
}

interface FoundCycle {
  readonly draft: Draft;
  readonly path: readonly DraftTask[];
}

function cycleIn(graph: LintGraph, { cluster }: ExampleCluster): FoundCycle | null {
  graph.work.spend(planningCost(graph, cluster.nodes.length));
  const draft = new Draft({
    ...{ cluster, release: graph.bundle, plugins: [], graphType: graph.type, evaluator: NOTHING },
    sha256: () => '',
  });
  for (const pass of PASSES) pass(draft);
  const path = findCycle(draft);
  return path.length === 0 ? null : { draft, path };
}

/** Units of work, as if every definition were on every node that it may be on, and every relation found all of them. */
function planningCost(graph: LintGraph, nodes: number): number {
  const placesOf = (definition: TaskDefinition): number => {
    const { tags, isEvery, isOpen } = graph.nodesOf(definition);
    return isEvery || isOpen ? nodes : Math.min(nodes, 2 * tags.size);
  };
  return graph.tasks.reduce((sum, definition) => {
    const own = placesOf(definition);
    const placement = definition.tags ?? definition.roles ?? definition.groups ?? [];
    const patterns = [...placement].filter((name) => name.startsWith('/'));
    const selecting = patterns.reduce((cost, name) => cost + patternCost(name) + nodes * matchingCost(name), 0);
    const relating = relationsOf(graph, definition).reduce((cost, { name, where }) => {
      const others = name === null ? 0 : (graph.matching(name)?.length ?? 0);
      return cost + 2 + others * (where === 'near' || where === 'self' ? own : nodes) + own;
    }, 0);
    return sum + 1 + 5 * own + selecting + relating;
  }, 300);
}

/** Whatever is computed is left out. */
const NOTHING: Evaluator = {
  evaluate: () => ({ ok: true, value: null }),
  evaluateCondition: () => ({ ok: true, holds: true }),
  evaluateFilter: () => ({ ok: true, holds: true }),
};

function asProblem(
  graph: LintGraph,
  code: 'BUNDLE_CYCLE' | 'BUNDLE_POSSIBLE_CYCLE',
  { description }: ExampleCluster,
  path: readonly DraftTask[],
): Problem {
  const [first] = path as readonly [DraftTask];
  const inGraph = graph.type === 'default' ? '' : ` (graph ${graph.type})`;
  return problem(code, {
    subject: `task ${first.definition.id}`,
    summary: `comes before itself ${description}${inGraph}: ${shownPath(path)}`,
    detail: placesOf(path),
    place: first.definition.place,
  });
}
