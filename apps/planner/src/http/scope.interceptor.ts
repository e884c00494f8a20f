import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { withScope } from '@muster/telemetry';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { requestIds } from './request-ids';

/** Lines of the log about a request carry what its address names. */
@Injectable()
export class ScopeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    return withScope(requestIds(context.switchToHttp().getRequest<Request>()), () => next.handle());
  }
}
