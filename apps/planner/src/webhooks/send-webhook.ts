import { lookup as lookupName } from 'node:dns/promises';
import { request as requestPlain, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { storableText } from '@muster/model';
import type { AddressPolicy } from './address-policy';

/** From the look-up of the name to the end of the answer. */
const PATIENCE_MS = 15_000;
/** How much of an answer is read, and how much of it kept. */
const ANSWER_BYTES_MAX = 16 * 1024;
const EXCERPT_CHARS = 500;
const RETRY_AFTER_SECONDS_MAX = 3600;

export type ResolveName = (name: string) => Promise<readonly string[]>;

/** What the system's resolver says, all of it. */
export const resolveName: ResolveName = async (name) =>
  (await lookupName(name, { all: true, verbatim: true })).map(({ address }) => address);

/** What came of one try. */
export interface Sent {
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  /** Null: it was taken. */
  readonly failure: string | null;
  readonly excerpt: string | null;
  /** Seconds that the receiver wants to be left alone; null: it does not say. */
  readonly retryAfter: number | null;
}

/** Refused before anything was sent. */
export class AddressDenied extends Error {}

/**
 * The addresses that may be connected to. Throws `AddressDenied` where the policy closes all of them, or opens them for TLS
 * only and the address is without.
 */
export async function openAddresses(url: URL, policy: AddressPolicy, resolve: ResolveName): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const judged = addresses.map((address) => ({ address, as: policy.judge(address) }));
  const usable = judged.filter(({ as }) => as === 'allowed' || (as === 'open' && url.protocol === 'https:'));
  if (usable.length > 0) return usable.map(({ address }) => address);
  const first = judged[0];
  const why =
    first === undefined
      ? `${host} has no address`
      : first.as === 'open'
        ? 'without TLS only addresses that the configuration allows are reached'
        : `${first.address} is a private or special address, and the configuration does not allow it`;
  throw new AddressDenied(why);
}

/**
 * Posts a body once. The address is looked up and judged now, and the connection goes to what was judged: a name that
 * changes in between changes nothing. Redirections are answers like any other; no proxy of the environment is used.
 */
export async function sendWebhook(
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  policy: AddressPolicy,
  resolve: ResolveName = resolveName,
  patienceMs: number = PATIENCE_MS,
): Promise<Sent> {
  const timeout = AbortSignal.timeout(patienceMs);
  try {
    const url = new URL(target);
    const addresses = await within(timeout, openAddresses(url, policy, resolve));
    const options: RequestOptions = {
      method: 'POST',
      agent: false,
      lookup: pinnedTo(addresses),
      signal: timeout,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'muster-webhook/1',
      },
    };
    return await post(url, options, body);
  } catch (error) {
    const late = timeout.aborted ? `no answer within ${patienceMs / 1000} s` : null;
    const text = error instanceof Error ? error.message : String(error);
    return { status: null, failure: printable(late ?? text), excerpt: null, retryAfter: null };
  }
}

function post(url: URL, options: RequestOptions, body: string): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, (response) => {
      const status = response.statusCode ?? 0;
      const pieces: Buffer[] = [];
      let size = 0;
      const settle = (): void => {
        const failure = status >= 200 && status < 300 ? null : failureOf(status);
        const text = Buffer.concat(pieces).toString('utf8');
        const after = response.headers['retry-after'] ?? '';
        const retryAfter = /^\d{1,9}$/.test(after) ? Math.min(Number(after), RETRY_AFTER_SECONDS_MAX) : null;
        resolve({ status, failure, excerpt: text === '' ? null : printable(text), retryAfter });
      };
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size <= ANSWER_BYTES_MAX) pieces.push(piece);
        else {
          // More is of no interest, however much there is.
          settle();
          request.destroy();
        }
      });
      response.once('end', settle);
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

function failureOf(status: number): string {
  return status >= 300 && status < 400 ? `answered ${status}; redirections are not followed` : `answered ${status}`;
}

/** Node asks for the address when it connects, and connects to nothing else. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    const [first] = all;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (options.all === true) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true }),
  );
  return Promise.race([work, late]);
}

/** A receiver's words as text without control characters: they are shown on terminals. */
function printable(text: string): string {
  return storableText(text.slice(0, EXCERPT_CHARS)).replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}
