import type { Request, Response } from 'express';
import { isStillAllowed } from './principal';

/** How often an idle stream says that it lives: below the idle limit of common proxies. */
const HEARTBEAT_MS = 15_000;
/** How often a stream makes sure that its reader may still read. */
const RECHECK_MS = 5_000;

/** A reader that takes nothing for so long is let go: it finds everything again under the last id that it has. */
const STALLED_MS = 60_000;

/** One server-sent event; `id` is what the reader gives back as `Last-Event-ID`. */
export interface StreamEvent {
  readonly id: string;
  readonly event?: string;
  readonly data: unknown;
}

/** True if the reader asked for a stream rather than a JSON page. */
export function wantsEventStream(request: Request): boolean {
  return (request.headers.accept ?? '').includes('text/event-stream');
}

/** The id after which the reader wants to go on; null if it starts anew. */
export function lastEventId(request: Request): string | null {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && header !== '' ? header : null;
}

/**
 * Writes `events` (or what was made of them by `eventText`) until they end, the reader leaves, its token ends or loses the right, or `closing` fires. Waits while the reader is slow, so that a
 * stream never holds more than one batch in memory.
 */
export async function streamEvents(
  request: Request,
  response: Response,
  closing: AbortSignal,
  events: (gone: AbortSignal) => AsyncIterable<readonly StreamEvent[] | Buffer>,
  { heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS } = {},
): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort();
  request.on('close', leave);
  response.on('close', leave);
  closing.addEventListener('abort', leave, { once: true });
  response.status(200);
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-cache, no-transform');
  // Proxies of the nginx family would otherwise keep events until a buffer is full.
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  response.write(': connected\n\n');
  // Not to one that is behind: it has enough to read, and what it does not take would pile up.
  const heartbeat = setInterval(() => response.writableNeedDrain || response.write(': alive\n\n'), heartbeatMs);
  const recheck = setInterval(() => void checkAgain(request, left), RECHECK_MS);
  try {
    for await (const batch of events(left.signal)) {
      if (left.signal.aborted) break;
      const text = Buffer.isBuffer(batch) ? batch : batch.map(asText).join('');
      if (text.length === 0 || response.write(text)) continue;
      if (await drained(response, left.signal, stalledMs)) continue;
      response.destroy();
      break;
    }
  } finally {
    clearInterval(heartbeat);
    clearInterval(recheck);
    closing.removeEventListener('abort', leave);
    response.end();
  }
}

/** Not knowing, while the database does not answer, is no reason to end. */
async function checkAgain(request: Request, left: AbortController): Promise<void> {
  if (!(await isStillAllowed(request).catch(() => true))) left.abort();
}

function asText({ id, event, data }: StreamEvent): string {
  return eventText(id, JSON.stringify(data), event);
}

/** One server-sent event as it is written; `json` has no line breaks. */
export function eventText(id: string, json: string, event?: string): string {
  return `id: ${id}\n${event === undefined ? '' : `event: ${event}\n`}data: ${json}\n\n`;
}

/** False if the reader has taken nothing for `stalledMs`. */
function drained(response: Response, gone: AbortSignal, stalledMs: number): Promise<boolean> {
  if (gone.aborted) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (isAlive: boolean) => {
      clearTimeout(timer);
      response.off('drain', drain);
      gone.removeEventListener('abort', drain);
      resolve(isAlive);
    };
    const drain = () => done(true);
    const timer = setTimeout(() => done(false), stalledMs);
    response.on('drain', drain);
    gone.addEventListener('abort', drain, { once: true });
  });
}
