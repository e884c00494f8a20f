import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { problem, ProblemsError } from '@muster/problems';
import type { Request } from 'express';

/** What every route takes that does not say otherwise by `@ApiConsumes`. */
export const JSON_TYPES: readonly string[] = ['application/json', 'application/merge-patch+json'];

/** Where `@ApiConsumes` keeps what it was told. */
const CONSUMES = 'swagger/apiConsumes';

/**
 * Refuses a body of a type that the route does not take, which would be left unread, and the request carried out without
 * it. Stands behind the guard of rights, so that strangers learn nothing of routes.
 */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (!hasBody(request)) return true;
    const consumes = this.reflector.getAllAndOverride<readonly string[] | undefined>(CONSUMES, [
      context.getHandler(),
      context.getClass(),
    ]);
    const taken = consumes ?? JSON_TYPES;
    const sent = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (taken.includes(sent)) return true;
    throw new ProblemsError([
      problem('API_UNSUPPORTED_TYPE', {
        subject: `${request.method} ${request.path}`,
        summary: sent === '' ? 'The body has no content type.' : 'The body is of a type that this route does not take.',
        remedy: `Send it with the header Content-Type: ${taken.join(' or ')}.`,
      }),
    ]);
  }
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
