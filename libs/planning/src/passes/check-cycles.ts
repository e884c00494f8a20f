import { shortestCycle } from '@muster/graph';
import type { Draft } from '../draft/draft';
import { draftGraph } from '../draft/draft-graph';

/** Names of a cycle's path that are shown; a longer one is cut in the middle. */
const PATH_SHOWN_MAX = 40;

/** Refuses a graph with a cycle, showing the shortest one, barriers seen through. */
export function checkCycles(draft: Draft): void {
  const graph = draftGraph(draft);
  const isBarrier = (vertex: number): boolean => vertex >= draft.tasks.length;
  const path = (shortestCycle(graph, isBarrier) ?? [])
    .filter((vertex) => !isBarrier(vertex))
    .map((vertex) => draft.task(vertex));
  const [first] = path;
  if (!first) return;
  const names = [...path, first].map((task) => task.address);
  const shown =
    names.length <= PATH_SHOWN_MAX
      ? names
      : [...names.slice(0, PATH_SHOWN_MAX / 2), '...', ...names.slice(-PATH_SHOWN_MAX / 2)];
  draft.report('PLAN_CYCLE', {
    subject: `task ${first.address}`,
    summary: `comes before itself: ${shown.join(' -> ')}`,
    detail: path
      .slice(0, PATH_SHOWN_MAX)
      .map(({ definition: { id, place } }) => `${id}: ${place.file ?? '?'}:${place.line ?? '?'}`)
      .filter((line, at, all) => all.indexOf(line) === at)
      .join('\n'),
    place: first.definition.place,
  });
}
