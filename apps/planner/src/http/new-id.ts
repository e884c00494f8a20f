import { createHash, randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { idempotencyKeyOf } from './idempotency-key';
import { principalOf, projectOf } from './principal';
import { requestHash } from './request-hash';

const drawn = new WeakMap<Request, string>();

/** Parameter: the id of what this request makes. */
export const NewId = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  newIdOf(context.switchToHttp().getRequest<Request>()),
);

/**
 * The id of what a request makes; the same whenever it is asked for.
 *
 * With an `Idempotency-Key` it is derived from it: should a planner die between its commit and the stored answer, the
 * request that is sent again finds what the first one made instead of making a second one.
 */
export function newIdOf(request: Request): string {
  const known = drawn.get(request);
  if (known !== undefined) return known;
  const id = makeId(request);
  drawn.set(request, id);
  return id;
}

function makeId(request: Request): string {
  const key = idempotencyKeyOf(request);
  if (key === null) return randomUUID();
  const principal = principalOf(request);
  const who = principal?.kind === 'person' ? principal.name : '';
  return uuidOf(`${projectOf(request)}\n${who}\n${key}\n${requestHash(request, request.body)}`);
}

/** A UUID (version 8) made of a SHA-256. */
export function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
