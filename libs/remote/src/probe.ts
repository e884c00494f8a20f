import { type ClientRequest, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { Operation } from '@muster/execution';
import { forwardWithin, type SshLink, within } from './connection/ssh-link';
import { escapeWord, quoteWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';

export type ProbeTarget = Extract<Operation, { kind: 'probe' }>['target'];

/** One question may take this long before it counts as not yet true. */
const QUESTION_MAX_MS = 10_000;
/**
 * `refused`: sshd forbids forwarding. `untrusted`: the page's certificate is not one that the executor trusts. `busy`: nothing could
 * be asked, since a question of that attempt is still on the node and cannot be ended.
 */
export type ProbeAnswer = 'yes' | 'not-yet' | 'refused' | 'untrusted' | { readonly busy: string };

/** A check that takes longer is ended, and counts as not yet true. */
const CHECK_MAX_S = 30;

/**
 * Asks once, from the node's side: whether the port accepts connections, the page answers as expected, the check succeeds.
 * At `stopped` a connection is closed at once; a check goes on, until the launcher is told to cancel it.
 */
export async function probeOnce(
  session: NodeSession,
  attempt: string,
  target: ProbeTarget,
  stopped: AbortSignal,
): Promise<ProbeAnswer> {
  const { link } = session;
  try {
    if ('check' in target) return await check(session, attempt, target);
    if ('port' in target) {
      const stream = await connected(link, target.host ?? '127.0.0.1', target.port, stopped);
      stream.destroy();
      return 'yes';
    }
    const url = new URL(target.http);
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const stream = await connected(link, hostOf(url), port, stopped);
    const status = await askPage(stream, url, target.isTrusting ?? false).finally(() => stream.destroy());
    return (target.expect === null ? status >= 200 && status < 300 : status === target.expect) ? 'yes' : 'not-yet';
  } catch (error) {
    if (isUntrusted(error)) return 'untrusted';
    return isProhibited(error) ? 'refused' : 'not-yet';
  }
}

/** A stream that is closed at `stopped`, and also when it opens after nobody waits for it any more. */
async function connected(link: SshLink, host: string, port: number, stopped: AbortSignal): Promise<Duplex> {
  const stream = await forwardWithin(link, host, port, QUESTION_MAX_MS);
  const close = (): void => void stream.destroy();
  if (stopped.aborted) close();
  stopped.addEventListener('abort', close, { once: true });
  stream.once('close', () => stopped.removeEventListener('abort', close));
  return stream;
}

async function check(
  session: NodeSession,
  attempt: string,
  { check: script, env }: { readonly check: string; readonly env: Readonly<Record<string, string>> },
): Promise<ProbeAnswer> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoteWord(value)}`);
  const text = escapeWord([...exports, script].join('\n'));
  const { words } = await session.request('check', [attempt, CHECK_MAX_S, text], { waitMs: CHECK_MAX_S * 1000 });
  if (words[0] === 'checked' && words[1] === 'busy' && words[2] !== undefined && words[2] !== attempt)
    return { busy: words[2] };
  // Another owner's node is not ours to ask, and a cancelled attempt asks nothing: whoever follows it learns that otherwise.
  return words[0] === 'checked' && words[1] === '0' ? 'yes' : 'not-yet';
}

function askPage(stream: Duplex, url: URL, isTrusting: boolean): Promise<number> {
  const answered = new Promise<number>((resolve, reject) => {
    const asked = url.protocol === 'https:' ? askOverTls(stream, url, isTrusting) : askPlainly(stream, url);
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
  return within(answered, QUESTION_MAX_MS);
}

// No agents: they would want sockets, and this is a channel.
function askPlainly(stream: Duplex, url: URL): ClientRequest {
  return request(url, { createConnection: () => stream, headers: { connection: 'close' } });
}

function askOverTls(stream: Duplex, url: URL, isTrusting: boolean): ClientRequest {
  const host = hostOf(url);
  // An address is no name to ask for; its certificate is compared with it all the same.
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const createConnection = (): Duplex =>
    connect({ socket: stream, host, ...servername, rejectUnauthorized: !isTrusting });
  return requestOverTls(url, { createConnection, headers: { connection: 'close' } });
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** OpenSSL's and Node's names of what is wrong with a certificate, which asking again will not change. */
const UNTRUSTED = /^(ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_)/;

function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.test(String((error as { readonly code?: unknown } | null)?.code));
}

/** SSH's number for "administratively prohibited"; a port that nobody listens on has another. Asking again will not help. */
const PROHIBITED = 1;

function isProhibited(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === PROHIBITED;
}
