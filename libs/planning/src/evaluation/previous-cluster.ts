import { MASTER, SYNC_POINT, type Bundle, type ClusterSpec } from '@muster/model';
import { Draft } from '../draft/draft';
import { assignPlaces } from '../passes/assign-places';
import type { PreviousStates } from '../previous/previous-states';
import { ClusterState } from './cluster-state';

export interface PreviousCluster {
  readonly states: PreviousStates;
  /** To be given to planning as `previousPrimaries`. */
  readonly primaries: Readonly<Record<string, string>>;
}

/**
 * As if every task had last succeeded, on every node of `cluster`, as that cluster says and with the definitions of now.
 * Nodes that are not in it are new; master and sync point never are.
 */
export function asSucceeded(cluster: ClusterSpec, release: Bundle, plugins: readonly Bundle[]): PreviousCluster {
  // Which tags nodes had, primaries included, follows from the same passes as for a plan.
  const draft = new Draft({ cluster, release, plugins, graphType: '', sha256: (text) => text });
  assignPlaces(draft);
  const state = new ClusterState(cluster, [release, ...plugins]);
  const knows = (node: string): boolean => node === MASTER || node === SYNC_POINT || draft.places.tagsOf.has(node);
  return {
    states: {
      knows,
      of: (_definition, node) =>
        knows(node) ? { state: state.of(node, draft.places.tags(node)), fingerprint: null } : null,
    },
    primaries: draft.primaries,
  };
}
