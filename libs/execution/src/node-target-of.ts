import type { SecretBox } from '@muster/model';
import type { NodeAccessMessage } from '@muster/protocol';
import type { NodeTarget } from './ports/node-port';

/** A node as connections need it, its key opened; `jumps`: what it is reached through, outermost first. */
export function targetOf(box: SecretBox, access: NodeAccessMessage, jumps: readonly NodeAccessMessage[]): NodeTarget {
  return withJumps(box, access, targetsOf(box, jumps));
}

/** A way of nodes, each reached through those before it. */
export function targetsOf(box: SecretBox, way: readonly NodeAccessMessage[]): readonly NodeTarget[] {
  const targets: NodeTarget[] = [];
  for (const access of way) targets.push(withJumps(box, access, [...targets]));
  return targets;
}

function withJumps(box: SecretBox, access: NodeAccessMessage, jumps: readonly NodeTarget[]): NodeTarget {
  const { name, address, port, user, become, hostKey, stateDir, identity } = access;
  return { name, address, port, user, become, hostKey, stateDir, jumps, identity: box.open(identity).reveal() };
}
