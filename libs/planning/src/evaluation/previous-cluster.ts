import {
  canonicalJson,
  MASTER,
  SYNC_POINT,
  taskAddress,
  type Bundle,
  type ClusterSpec,
  type JsonObject,
  type TaskAddress,
} from '@muster/model';
import { Draft } from '../draft/draft';
import { assignPlaces } from '../passes/assign-places';
import { withFingerprints } from '../previous/fingerprints';
import type { ExpectedState, PreviousStates } from '../previous/previous-states';
import { ClusterState } from './cluster-state';

export interface PreviousCluster {
  readonly states: PreviousStates;
  /** Fingerprints of the successes that were asked for, by address: part of a plan's digest. Grows while planning asks. */
  readonly used: Readonly<Record<TaskAddress, string>>;
  /** To be given to planning as `previousPrimaries`. */
  readonly primaries: Readonly<Record<string, string>>;
}

/**
 * As if every task had last succeeded, on every node of `cluster`, as that cluster says and with the definitions of now.
 * Nodes that are not in it are new; master and sync point never are.
 */
export function asSucceeded(
  cluster: ClusterSpec,
  release: Bundle,
  plugins: readonly Bundle[],
  sha256: (text: string) => string,
): PreviousCluster {
  // Which tags nodes had, primaries included, follows from the same passes as for a plan.
  const draft = new Draft({ cluster, release, plugins, graphType: '', sha256: (text) => text });
  assignPlaces(draft);
  const state = new ClusterState(cluster, [release, ...plugins]);
  const used: Record<TaskAddress, string> = {};
  const hashes = new Map<JsonObject, string>();
  const partHash = (part: JsonObject): string => {
    const hash = hashes.get(part) ?? sha256(canonicalJson(withFingerprints(part))).slice(0, 22);
    hashes.set(part, hash);
    return hash;
  };
  const hashOf = ({ common, node }: ExpectedState): string => `${partHash(common)} ${partHash(node)}`;
  const knows = (node: string): boolean => node === MASTER || node === SYNC_POINT || draft.places.tagsOf.has(node);
  return {
    states: {
      knows,
      of: (definition, node) => {
        if (!knows(node)) return null;
        const known = state.of(node, draft.places.tags(node));
        used[taskAddress(definition, node)] ??= hashOf(known);
        return { state: known, fingerprint: null };
      },
    },
    used,
    primaries: draft.primaries,
  };
}
