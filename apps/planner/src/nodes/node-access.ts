import { problem, type Problem } from '@muster/problems';
import { type NodeAccessMessage } from '@muster/protocol';
import type { NodeRow } from './node.entity';

/** Folder of the launcher on a node that names no other. */
export const STATE_DIR = '/var/lib/muster';

/** The node as executors are told of it, or everything that is missing for that. */
export function accessOf(
  row: NodeRow,
): { readonly access: NodeAccessMessage } | { readonly problems: readonly Problem[] } {
  const { name, address, hostKey, identity } = row;
  if (address === null || hostKey === null || identity === null) {
    const subject = `node ${name}`;
    return {
      problems: [
        ...(address === null ? [problem('NODE_ADDRESS_MISSING', { subject, summary: 'It has no address.' })] : []),
        ...(hostKey === null
          ? [problem('NODE_HOST_KEY_UNKNOWN', { subject, summary: 'Its host key has not been accepted.' })]
          : []),
        ...(identity === null
          ? [
              problem('NODE_IDENTITY_MISSING', {
                subject,
                summary: `There is no private key to log in as ${row.user}.`,
              }),
            ]
          : []),
      ],
    };
  }
  return {
    access: {
      name,
      // The pinned key is the machine's identity: two names of one machine share it, and so its claim.
      machine: hostKey,
      address,
      port: row.port,
      user: row.user,
      become: row.become,
      hostKey,
      identity,
      stateDir: row.stateDir ?? STATE_DIR,
      jump: row.jump,
    },
  };
}
