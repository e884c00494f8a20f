import type { NodeFailure, NodeTarget } from '@muster/execution';
import { openLink, type SshLink } from './ssh-link';

/** Connections of one's own to a machine, and to all that it is reached through. */
export interface Way {
  readonly kind: 'linked';
  /** To the last of them; null: there are none. */
  readonly last: SshLink | null;
  close(): void;
}

/** Connects to each of `nodes` through the one before it. The failure of one that is on the way to others says so. */
export async function openWay(
  nodes: readonly NodeTarget[],
  timeoutMs: number,
  isJump: (node: NodeTarget) => boolean,
): Promise<Way | NodeFailure> {
  const links: SshLink[] = [];
  const close = (): void => {
    for (const link of links.reverse()) link.close();
  };
  for (const node of nodes) {
    const answer = await openLink(node, links.at(-1) ?? null, timeoutMs);
    if (answer.kind !== 'linked') {
      close();
      return isJump(node) ? { ...answer, detail: `jump node ${node.name}: ${answer.detail}` } : answer;
    }
    links.push(answer.link);
  }
  return { kind: 'linked', last: links.at(-1) ?? null, close };
}
