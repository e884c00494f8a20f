import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { problem, ProblemsError } from '@muster/problems';
import type { Request, Response } from 'express';
import { type Observable, tap } from 'rxjs';

/** What `If-Match` says; null: nothing. */
export function ifMatchOf(request: Request): string | null {
  const header = request.headers['if-match'];
  return header === undefined || header === '' ? null : header;
}

/** Throws `API_PRECONDITION_FAILED` unless `ifMatch` names `etag`; null for `etag`: what is to be changed is not there. */
export function requireMatch(ifMatch: string | null, etag: string | null, subject: string): void {
  if (ifMatch === null) return;
  const named = ifMatch.split(',').map((each) => each.trim());
  if (etag !== null && (named.includes('*') || named.includes(`"${etag}"`))) return;
  throw new ProblemsError([
    problem('API_PRECONDITION_FAILED', {
      subject,
      summary: etag === null ? 'It is not there.' : `Its ETag is "${etag}": it was changed since it was read.`,
    }),
  ]);
}

/** Answers that have an `etag` show it as the header, too; also those that are told again for an `Idempotency-Key`. */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap((body) => {
        if (typeof body !== 'object' || body === null || !('etag' in body) || response.headersSent) return;
        if (typeof body.etag === 'string') response.setHeader('etag', `"${body.etag}"`);
      }),
    );
  }
}
