import { transitiveReduction, type Digraph } from '@muster/graph';
import { SYNC_POINT } from '@muster/model';
import type { Draft } from '../draft/draft';
import { dissolveBarriers } from './dissolve-barriers';
import { draftGraph } from '../draft/draft-graph';

/**
 * The graph as it is given out: reduced unless raw, without barriers that save nothing any more.
 * Paths through the sync point make nothing superfluous: what is there may pass although something before it failed.
 */
export function finishedGraph(draft: Draft): Digraph {
  const graph = draftGraph(draft);
  if (draft.input.options?.raw) return graph;
  const reduced = transitiveReduction(graph, (vertex) => draft.tasks[vertex]?.node === SYNC_POINT);
  return dissolveBarriers(reduced, draft.tasks.length);
}
