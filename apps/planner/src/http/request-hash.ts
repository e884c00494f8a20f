import { createHash } from 'node:crypto';
import { canonicalJson } from '@muster/model';
import type { Request } from 'express';

/** SHA-256 over what makes a request what it is: method, address, and body (or, for a streamed body, its digest). */
export function requestHash(request: Request, body: unknown): string {
  return createHash('sha256')
    .update(`${request.method}\n${request.originalUrl}\n${canonicalJson(body ?? null)}`)
    .digest('hex');
}
