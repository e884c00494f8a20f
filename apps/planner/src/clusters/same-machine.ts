import { problem, type Problem } from '@muster/problems';
import type { NodeRow } from '../nodes/node.entity';
import type { CheckedCluster } from './read-cluster';

/**
 * A problem for each node whose host key another node of the cluster has, too: they are one machine, which would run two tasks
 * at a time. `scanned`: keys that executors saw, by node.
 */
export function sameMachines(
  { spec, placeOf }: CheckedCluster,
  known: ReadonlyMap<string, NodeRow>,
  scanned: ReadonlyMap<string, string>,
): Problem[] {
  const first = new Map<string, string>();
  return spec.nodes.flatMap(({ name, access }) => {
    const hostKey = access.hostKey ?? known.get(name)?.hostKey ?? scanned.get(name);
    if (hostKey === undefined || hostKey === null) return [];
    const other = first.get(hostKey);
    if (other === undefined) {
      first.set(hostKey, name);
      return [];
    }
    const summary = `It has the host key of node ${other}, ${hostKey}.`;
    return [problem('CLUSTER_SAME_MACHINE', { subject: `node ${name}`, summary, place: placeOf(['nodes', name]) })];
  });
}
