import { problem, ProblemsError } from '@muster/problems';
import type { Request } from 'express';

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

/** The request's `Idempotency-Key`; null if it has none. Throws `API_INVALID` for one that cannot be kept. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && KEY_PATTERN.test(key)) return key;
  throw new ProblemsError([
    problem('API_INVALID', {
      subject: 'header Idempotency-Key',
      summary: 'It is not 1 to 200 printable characters without spaces.',
      remedy: 'Send a random UUID, for example.',
    }),
  ]);
}
