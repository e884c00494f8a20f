import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Operation } from '@muster/execution';
import { within, type SshLink } from './connection/ssh-link';

export type ProbeTarget = Extract<Operation, { kind: 'probe' }>['target'];

/** One question may take this long before it counts as not yet true. */
const QUESTION_MAX_MS = 10_000;
/** `refused`: sshd forbids forwarding. */
export type ProbeAnswer = 'yes' | 'not-yet' | 'refused';

/** Asks once, from the node's side: whether the port accepts connections, or the page answers as expected. */
export async function probeOnce(link: SshLink, target: ProbeTarget): Promise<ProbeAnswer> {
  try {
    if ('port' in target) {
      const stream = await within(link.forward('127.0.0.1', target.port), QUESTION_MAX_MS);
      stream.destroy();
      return 'yes';
    }
    const url = new URL(target.http);
    const stream = await within(
      link.forward(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80)),
      QUESTION_MAX_MS,
    );
    const status = await askPage(stream, url).finally(() => stream.destroy());
    return (target.expect === null ? status >= 200 && status < 300 : status === target.expect) ? 'yes' : 'not-yet';
  } catch (error) {
    return isProhibited(error) ? 'refused' : 'not-yet';
  }
}

function askPage(stream: Duplex, url: URL): Promise<number> {
  const answered = new Promise<number>((resolve, reject) => {
    // No agent: it would want a socket, and this is a channel.
    const asked = request(url, { createConnection: () => stream, headers: { connection: 'close' } });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
  return within(answered, QUESTION_MAX_MS);
}

/** SSH's number for "administratively prohibited"; a port that nobody listens on has another. Asking again will not help. */
const PROHIBITED = 1;

function isProhibited(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === PROHIBITED;
}
