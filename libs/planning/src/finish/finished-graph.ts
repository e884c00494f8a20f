import { transitiveReduction, type Digraph } from '@muster/graph';
import { SYNC_POINT } from '@muster/model';
import type { Draft } from '../draft/draft';
import { draftGraph } from '../draft/draft-graph';

/**
 * The graph as it is given out: reduced unless raw, barriers that nobody needs any more left out.
 * Paths through the sync point make nothing superfluous: what is there may pass although something before it failed.
 */
export function finishedGraph(draft: Draft): Digraph {
  const graph = draftGraph(draft);
  if (draft.input.options?.raw) return graph;
  return transitiveReduction(graph, (vertex) => draft.tasks[vertex]?.node === SYNC_POINT);
}
