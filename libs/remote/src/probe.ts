import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Operation } from '@muster/execution';
import { within } from './connection/ssh-link';
import { escapeWord, quoteWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';

export type ProbeTarget = Extract<Operation, { kind: 'probe' }>['target'];

/** One question may take this long before it counts as not yet true. */
const QUESTION_MAX_MS = 10_000;
/** `refused`: sshd forbids forwarding. */
export type ProbeAnswer = 'yes' | 'not-yet' | 'refused';

/** A check that takes longer is ended, and counts as not yet true. */
const CHECK_MAX_S = 30;

/** Asks once, from the node's side: whether the port accepts connections, the page answers as expected, the check succeeds. */
export async function probeOnce(session: NodeSession, target: ProbeTarget): Promise<ProbeAnswer> {
  const { link } = session;
  try {
    if ('check' in target) return await check(session, target);
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

async function check(
  session: NodeSession,
  { check: script, env }: { readonly check: string; readonly env: Readonly<Record<string, string>> },
): Promise<ProbeAnswer> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoteWord(value)}`);
  const text = escapeWord([...exports, script].join('\n'));
  const { words } = await session.request('check', [CHECK_MAX_S, text], { waitMs: CHECK_MAX_S * 1000 });
  // Another owner's node is not ours to ask; whoever follows the attempt learns that otherwise.
  return words[0] === 'checked' && words[1] === '0' ? 'yes' : 'not-yet';
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
