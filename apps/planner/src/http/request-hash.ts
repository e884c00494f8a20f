import { createHmac, hkdfSync } from 'node:crypto';
import { canonicalJson, type SecretValue } from '@muster/model';
import { invariant } from '@muster/problems';
import type { NextFunction, Request, Response } from 'express';

const PURPOSE = 'hashes of requests';
const keys = new WeakMap<Request, Buffer>();

/** Gives requests the key that their hashes are made with: a request may hold secrets, and its hash is stored. */
export function keyRequestHashes(secretKey: SecretValue): (request: Request, _: Response, next: NextFunction) => void {
  const key = Buffer.from(hkdfSync('sha256', secretKey.reveal().trim(), 'muster', PURPOSE, 32));
  return (request, _, next) => {
    keys.set(request, key);
    next();
  };
}

/**
 * HMAC-SHA256, by a key of this installation, over what makes a request what it is: method, address, and body (or, for a streamed
 * body, its digest). Whoever reads it in the database cannot try out what a secret in the body may have been.
 */
export function requestHash(request: Request, body: unknown): string {
  const key = keys.get(request);
  invariant(key, 'every request was given the key of its hash');
  return createHmac('sha256', key)
    .update(`${request.method}\n${request.originalUrl}\n${canonicalJson(body ?? null)}`)
    .digest('hex');
}
