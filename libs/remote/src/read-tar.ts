import { once } from 'node:events';
import type { NodeFailure } from '@muster/execution';
import type { ClientChannel } from 'ssh2';
import { refused, unreachable } from './connection/node-failure';
import { quoteWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';

const COMPLAINT_MAX = 1000;

export interface TarStream {
  readonly read: () => AsyncIterable<Uint8Array>;
  /** To be asked once all is read: why it is not whole; null if it is. */
  readonly failure: () => Promise<NodeFailure | null>;
  /** Nobody reads the rest. */
  readonly stop: () => void;
}

/** A tar of what is at `path` on the session's node, its last part alone in it; over a session of its own, as the login user or root. */
export async function readTar({ link, target }: NodeSession, path: string): Promise<TarStream | NodeFailure> {
  const bare = path.replace(/\/+$/, '');
  const at = bare.lastIndexOf('/');
  const script = `exec tar -C ${quoteWord(bare.slice(0, at) || '/')} -cf - -- ${quoteWord(bare.slice(at + 1))}`;
  const become = target.become === 'sudo' ? 'sudo -n ' : '';
  let channel: ClientChannel;
  try {
    ({ channel } = await link.exec(`exec ${become}/bin/sh -c ${quoteWord(script)}`));
  } catch (error) {
    return unreachable(
      `node ${target.name} opened no session to read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  let complaint = '';
  channel.stderr.on('data', (bytes: Buffer) => {
    if (complaint.length < COMPLAINT_MAX) complaint += bytes.toString('utf8');
  });
  // The end tells the exit, too, after the last byte: that of something short has come before anybody could listen. A link
  // that breaks closes the channel without one.
  const ended = once(channel, 'close').then(([code]) => (typeof code === 'number' ? code : -1));
  return {
    // Not ended by its reader: the exit comes after the last byte, and would not be heard.
    read: () => channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    stop: () => channel.close(),
    failure: async () => {
      const code = await ended;
      if (code === 0) return null;
      if (code < 0) return unreachable(`the connection to node ${target.name} broke while ${path} was read`);
      return refused(
        'NODE_SOURCE_UNREADABLE',
        `${path} cannot be read on node ${target.name}: ${complaint.trim().slice(0, COMPLAINT_MAX) || `tar exited with ${code}`}`,
      );
    },
  };
}
