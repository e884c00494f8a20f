import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type Logger, type OpenSpan, parseTraceparent, type Tracing, withScope } from '@muster/telemetry';
import type { Request, RequestHandler, Response } from 'express';
import { projectOf } from './principal';
import { requestIds } from './request-ids';

/** Others are not taken over: the id is written into logs and headers of others. */
const REQUEST_ID = /^[A-Za-z0-9._:+/=@-]{1,128}$/;

/**
 * Gives each request an id (the caller's `X-Request-Id`, where it may be one) that is answered and stands in each line about
 * it; goes on with the caller's trace; and writes one line about what was answered. Asking after health is left out.
 */
export function observeRequests(logger: Logger, tracing: Tracing): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', requestId);
    if (request.path.startsWith('/health/') || request.path === '/metrics') return withScope({ requestId }, next);
    const { traceparent = '' } = request.headers;
    const isTraced = typeof traceparent === 'string' && parseTraceparent(traceparent) !== null;
    const scope = { requestId, ...(isTraced ? { traceparent } : {}) };
    const attributes = { 'http.request.method': request.method, 'muster.request': requestId };
    // A stream is open for as long as its reader likes: no span could say anything of it.
    if (isStream(request)) return withScope(scope, next);
    withScope(scope, () =>
      tracing.open({ name: request.method, kind: 'server', attributes }, (span, end) => {
        const startedAt = performance.now();
        // The event comes from the socket, which knows nothing of our scope.
        const told = AsyncResource.bind(() => {
          tell(logger, request, response, performance.now() - startedAt);
          mark(span, request, response);
          end();
        });
        response.once('close', told);
        next();
      }),
    );
  };
}

function isStream(request: Request): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false;
}

function tell(logger: Logger, request: Request, response: Response, ms: number): void {
  const { method, path } = request;
  const { statusCode: status, writableFinished: isWhole } = response;
  const level = status >= 500 ? 'warn' : method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
  const fields = { ...requestIds(request), method, path, status, ms: Math.round(ms) };
  if (isWhole) logger[level](fields, 'answered');
  else logger[level](fields, 'gave up: the caller did not wait for the answer');
}

function mark(span: OpenSpan, request: Request, response: Response): void {
  const route: unknown = (request.route as { path?: unknown } | undefined)?.path;
  const status = response.statusCode;
  if (typeof route === 'string') span.rename(`${request.method} ${route}`);
  span.set({
    'http.response.status_code': status,
    'http.route': typeof route === 'string' ? route : undefined,
    'muster.project': projectOf(request) || undefined,
  });
  if (status >= 500) span.fail(`status ${status}`);
}
