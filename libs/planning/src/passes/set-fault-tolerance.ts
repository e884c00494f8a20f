import { byCodeUnit, SYNC_POINT, type FaultTolerance } from '@muster/model';
import type { Draft } from '../draft/draft';
import { mergeRoles } from './merge-layers';
import { nodesOf } from './place-definitions';

/** How many nodes may fail: per `group` definition (none said: any number), and per role that says so. Groups and roles without nodes have none. */
export function setFaultTolerance(draft: Draft): void {
  for (const { definition } of draft.definitions.values()) {
    if (definition.type === 'group')
      add(draft, 'group', definition.id, nodesOf(draft, definition), definition.faultTolerance);
  }
  for (const role of [...mergeRoles(draft).values()].sort((a, b) => byCodeUnit(a.name, b.name))) {
    if (role.faultTolerance === null) continue;
    const nodes = draft.input.cluster.nodes.filter((node) => node.roles.includes(role.name)).map((node) => node.name);
    add(draft, 'role', role.name, nodes, role.faultTolerance);
  }
  draft.faultTolerance.sort((a, b) => byCodeUnit(a.name, b.name));
}

function add(
  draft: Draft,
  kind: 'group' | 'role',
  name: string,
  members: readonly string[],
  tolerance: FaultTolerance | null,
): void {
  const nodes = members.filter((node) => node !== SYNC_POINT).sort(byCodeUnit);
  if (nodes.length === 0) return;
  if (tolerance && 'atLeast' in tolerance && tolerance.atLeast > nodes.length) {
    draft.report('PLAN_TOLERANCE_OUT_OF_RANGE', {
      subject: `${kind} ${name}`,
      summary: `wants at least ${tolerance.atLeast} nodes to succeed and has ${nodes.length}; no failure is tolerated`,
    });
  }
  const group = { name, nodes, tolerated: tolerated(tolerance, nodes.length) };
  const isThere = draft.faultTolerance.some(
    (other) => other.name === name && other.tolerated === group.tolerated && other.nodes.join() === nodes.join(),
  );
  if (!isThere) draft.faultTolerance.push(group);
}

/** Nodes that may fail out of `size`; one more than there are where nothing is said, which is never exceeded. */
export function tolerated(tolerance: FaultTolerance | null, size: number): number {
  if (tolerance === null) return size + 1;
  if ('count' in tolerance) return tolerance.count;
  if ('percent' in tolerance) return Math.floor((tolerance.percent * size) / 100);
  return Math.max(0, size - tolerance.atLeast);
}
