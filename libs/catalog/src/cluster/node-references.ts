import { didYouMean, type ClusterNode } from '@muster/model';
import type { MapCursor } from '../yaml/cursor';

/** `master` and `jump` name nodes of the file, and no node is reached through itself. */
export function checkNodeReferences(map: MapCursor, master: string | null, nodes: readonly ClusterNode[]): void {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const known = [...byName.keys()];
  if (master !== null && !byName.has(master)) {
    map.get('master')?.report('CLUSTER_UNKNOWN_NODE', `\`master\` names the node ${master}, which is not there`, {
      remedy: `Correct the name, or add the node.${didYouMean(master, known)}`,
    });
  }
  const nodesMap = map.get('nodes')?.located.kind === 'map' ? map.get('nodes')?.map() : null;
  const reported = new Set<string>();
  for (const { name, access } of nodes) {
    if (access.jump === undefined) continue;
    const jump = nodesMap?.get(name)?.about(`node ${name}`).map()?.get('jump');
    if (!byName.has(access.jump)) {
      jump?.report('CLUSTER_UNKNOWN_NODE', `\`jump\` names the node ${access.jump}, which is not there`, {
        remedy: `Correct the name, or add the node.${didYouMean(access.jump, known)}`,
      });
      continue;
    }
    const circle = jumpCircle(name, byName);
    if (!circle || reported.has(name)) continue;
    for (const each of circle) reported.add(each);
    jump?.report('CLUSTER_JUMP_CIRCLE', `is reached in a circle: ${[...circle, name].join(' -> ')}`);
  }
}

/** The circle that `start` lies on, itself first; null if it lies on none. */
function jumpCircle(start: string, byName: ReadonlyMap<string, ClusterNode>): string[] | null {
  const seen = new Set<string>([start]);
  const path = [start];
  for (let next = byName.get(start)?.access.jump; next !== undefined; next = byName.get(next)?.access.jump) {
    if (next === start) return path;
    if (seen.has(next)) return null;
    seen.add(next);
    path.push(next);
  }
  return null;
}
