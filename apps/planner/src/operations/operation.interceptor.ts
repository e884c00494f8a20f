import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DEFAULT_PROJECT, NAME_PATTERN } from '@muster/model';
import type { Request } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { FeedSubject } from '../feed/feed-event';
import { newIdOf } from '../http/new-id';
import { principalOf, projectOf } from '../http/principal';
import { Operations } from './operations';

/** Where the documentation of a route keeps its `operationId`. */
const API_OPERATION = 'swagger/apiOperation';

/** Makes every write of a person an operation. Stands behind the idempotency key, so that a repeated request is none. */
@Injectable()
export class OperationInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly operations: Operations,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const principal = principalOf(request);
    if (request.method === 'GET' || request.method === 'HEAD' || principal?.kind !== 'person') return next.handle();
    const described = this.reflector.get<{ operationId?: string } | undefined>(API_OPERATION, context.getHandler());
    const operation = {
      id: newIdOf(request),
      // What is about no project is told in the first one.
      project: projectOf(request) || DEFAULT_PROJECT,
      name: described?.operationId ?? context.getHandler().name,
      who: principal.name,
      subject: subjectOf(request),
    };
    return from(this.operations.run(operation, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the address and the body say that it is about; only what may be a name, since nothing is checked yet. */
function subjectOf(request: Request): FeedSubject {
  const [, noun, name = ''] = /^\/api\/v1\/(clusters|nodes|transactions)\/([^/]+)/.exec(request.path) ?? [];
  if (noun === 'transactions') return UUID.test(name) ? { transaction: name.toLowerCase() } : {};
  if (noun !== undefined && NAME_PATTERN.test(name)) return noun === 'clusters' ? { cluster: name } : { node: name };
  const cluster: unknown = (request.body as Record<string, unknown> | undefined)?.['cluster'];
  return typeof cluster === 'string' && NAME_PATTERN.test(cluster) ? { cluster } : {};
}
