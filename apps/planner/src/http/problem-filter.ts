import { randomUUID } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { databaseFailure } from '@muster/storage';
import type { Request, Response } from 'express';
import type { Logger } from '@muster/telemetry';
import { sendProblems } from './problem-details';
import { statusOf } from './problem-status';
import { requestIds } from './request-ids';

/** Turns whatever a handler throws into problem details. What nobody foresaw is logged under an id and told by that id only. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    // A message handler's failure is the transport's to judge, not an HTTP answer.
    if (host.getType() !== 'http') throw thrown;
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const { status, problems } = this.read(thrown, request);
    sendProblems(response, status, problems, request.originalUrl);
  }

  private read(thrown: unknown, request: Request): { status: number; problems: readonly Problem[] } {
    if (thrown instanceof ProblemsError) return { status: statusOf(thrown.problems), problems: thrown.problems };
    const status = statusOfError(thrown);
    const subject = `${request.method} ${request.path}`;
    if (status === 404) {
      const summary = 'There is no such route.';
      return {
        status,
        problems: [problem('API_NOT_FOUND', { subject, summary, remedy: 'GET /api/openapi.json lists all routes.' })],
      };
    }
    if (status === 413) {
      return {
        status,
        problems: [problem('API_TOO_LARGE', { subject, summary: 'The body is larger than this route takes.' })],
      };
    }
    if (status !== null && status < 500) {
      const text = isNativeError(thrown) ? thrown.message : 'The request cannot be read.';
      return { status, problems: [problem('API_INVALID', { subject, summary: text })] };
    }
    if (databaseFailure(thrown) === 'conflict') {
      const summary = 'Another request got in its way; the database took nothing of it.';
      return { status: 503, problems: [problem('API_UNAVAILABLE', { subject, summary })] };
    }
    if (databaseFailure(thrown) === 'connection') {
      const summary = 'The database does not answer; the request may or may not have taken effect.';
      return { status: 503, problems: [problem('API_UNAVAILABLE', { subject, summary })] };
    }
    const id = randomUUID();
    this.logger.error({ ...requestIds(request), id, failure: describeFailure(thrown) }, 'request failed');
    return {
      status: 500,
      problems: [
        problem('API_INTERNAL', { subject, summary: `The server failed; its log has the reason under ${id}.` }),
      ],
    };
  }
}

function statusOfError(thrown: unknown): number | null {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (typeof thrown !== 'object' || thrown === null) return null;
  const status: unknown = 'status' in thrown ? thrown.status : 'statusCode' in thrown ? thrown.statusCode : null;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : null;
}

/** Message and stack only: a failed query's error carries its parameters, which are nobody's business. */
export function describeFailure(thrown: unknown): { message: string; stack?: string } {
  if (!isNativeError(thrown)) return { message: String(thrown) };
  return thrown.stack === undefined ? { message: thrown.message } : { message: thrown.message, stack: thrown.stack };
}
