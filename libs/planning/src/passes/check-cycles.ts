import { shortestCycle } from '@muster/graph';
import type { Draft, DraftTask } from '../draft/draft';
import { draftGraph } from '../draft/draft-graph';

/** Names of a cycle's path that are shown; a longer one is cut in the middle. */
const PATH_SHOWN_MAX = 40;

/** Refuses a graph with a cycle, showing the shortest one, barriers seen through. */
export function checkCycles(draft: Draft): void {
  const path = findCycle(draft);
  const [first] = path;
  if (!first) return;
  draft.report('PLAN_CYCLE', {
    subject: `task ${first.address}`,
    summary: `comes before itself: ${shownPath(path)}`,
    detail: placesOf(path),
    place: first.definition.place,
  });
}

/** The shortest cycle, in the order in which its tasks would have to run; empty: there is none. */
export function findCycle(draft: Draft): readonly DraftTask[] {
  const isBarrier = (vertex: number): boolean => vertex >= draft.tasks.length;
  const path = shortestCycle(draftGraph(draft), isBarrier) ?? [];
  return path.filter((vertex) => !isBarrier(vertex)).map((vertex) => draft.task(vertex));
}

/** `a@1 -> b@1 -> a@1`, cut in the middle where it is long. */
export function shownPath(path: readonly DraftTask[]): string {
  const names = [...path, ...path.slice(0, 1)].map((task) => task.address);
  const half = PATH_SHOWN_MAX / 2;
  return (names.length <= PATH_SHOWN_MAX ? names : [...names.slice(0, half), '...', ...names.slice(-half)]).join(
    ' -> ',
  );
}

/** Where the definitions of a path stand, one a line. */
export function placesOf(path: readonly DraftTask[]): string {
  const lines = path
    .slice(0, PATH_SHOWN_MAX)
    .map(({ definition: { id, place } }) => `${id}: ${place.file ?? '?'}:${place.line ?? '?'}`);
  return [...new Set(lines)].join('\n');
}
