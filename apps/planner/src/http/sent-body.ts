import { PassThrough, type Readable } from 'node:stream';
import type { Request, RequestHandler, Response } from 'express';

/** How much of a body that was refused is read on, and for how long: more than any upload that is taken has. */
const LINGER_BYTES_MAX = 300 * 1024 * 1024;
const LINGER_MS = 60_000;

/**
 * Lets an answer that is given before the whole body has come arrive: it is sent at once, and ended when the rest has been
 * read and thrown away. Most programs send all of a body before they read; a connection that is closed meanwhile takes
 * the answer with it. Who sends more than `most`, or for longer than `patienceMs`, is cut off after the answer.
 */
export function lingerForBody(most = LINGER_BYTES_MAX, patienceMs = LINGER_MS): RequestHandler {
  return (request, response, next): void => {
    if (!mayHaveBody(request)) return next();
    const end = response.end.bind(response) as (...args: unknown[]) => Response;
    response.end = ((...args: unknown[]): Response => {
      if (request.complete || request.destroyed) return end(...args);
      const chunk = typeof args[0] === 'function' ? undefined : args[0];
      if (chunk === undefined || chunk === null) response.flushHeaders();
      else response.write(chunk, typeof args[1] === 'string' ? (args[1] as BufferEncoding) : 'utf8');
      const done = args.find((each) => typeof each === 'function');
      void readOff(request, most, patienceMs).then((isWhole) =>
        end(() => {
          (done as (() => void) | undefined)?.();
          if (!isWhole) request.destroy();
        }),
      );
      return response;
    }) as typeof response.end;
    next();
  };
}

/**
 * The body of a request for whoever may stop reading it: destroying it leaves the connection, over which the reason is told.
 * It fails when the sender goes.
 */
export function sentBody(request: Request): Readable {
  const body = new PassThrough();
  const end = (): void => {
    if (!request.complete) body.destroy(new Error('the sender has gone'));
  };
  // Its reader is told as well; a failure that comes before there is one must not end the process.
  body.on('error', () => undefined);
  request.once('close', end);
  // Perhaps while it was looked up who it is: of that nothing more is told.
  if (request.destroyed) end();
  return request.pipe(body);
}

function mayHaveBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** False if there is more than that; true also if the sender has gone. */
function readOff(request: Request, most: number, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let left = most;
    const settle = (isWhole: boolean) => (): void => {
      clearTimeout(timer);
      request.off('data', count);
      resolve(isWhole);
    };
    const timer = setTimeout(settle(false), patienceMs);
    const count = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) settle(false)();
    };
    request.once('end', settle(true));
    request.once('close', settle(true));
    request.unpipe();
    request.on('data', count);
    request.resume();
  });
}
