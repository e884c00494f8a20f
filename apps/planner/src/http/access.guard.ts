import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { problem, ProblemsError } from '@muster/problems';
import type { Request } from 'express';
import { principalOf } from './principal';
import { ROUTE_ACCESS, type RouteAccess } from './route-access';

/** Denies every HTTP route by default; a route that says nothing wants a person's token. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    // Messages come from the broker, whose own rights decide who may send them.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'open') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = principalOf(request);
    if (principal === null) {
      throw new ProblemsError([
        problem('API_UNAUTHENTICATED', {
          subject: `${request.method} ${request.path}`,
          summary: 'The request has no valid token.',
        }),
      ]);
    }
    if (principal.kind === (access ?? 'person')) return true;
    throw new ProblemsError([
      problem('API_FORBIDDEN', {
        subject: `${request.method} ${request.path}`,
        summary: 'This token does not open this route.',
      }),
    ]);
  }
}
