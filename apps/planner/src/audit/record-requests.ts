import type { Logger } from '@muster/telemetry';
import type { Request, RequestHandler, Response } from 'express';
import type { DataSource } from 'typeorm';
import { isDenied, operationOf, principalOf, projectOf } from '../http/principal';
import { refusalCodeOf } from '../http/problem-details';
import { describeFailure } from '../http/problem-filter';
import { reasonOf } from '../http/reason';
import type { RefusalGate } from './refusal-gate';
import { type AuditEntry, outcomeOf, writeAudit } from './write-audit';

/**
 * Records every write, and everything that was refused for want of a token or a right, before it is answered: what
 * somebody was told is on record, whatever dies next. Reading is not recorded. A record that cannot be written is logged
 * whole instead; the answer tells what was done, so it is sent all the same.
 */
export function recordRequests(parts: {
  readonly database: DataSource;
  readonly refusals: RefusalGate;
  readonly logger: Logger;
}): RequestHandler {
  const { database, refusals, logger } = parts;
  return (request, response, next): void => {
    const end = response.end.bind(response) as (...args: unknown[]) => Response;
    // Asked now: once whoever asks has gone, nobody knows it.
    const from = request.ip ?? '';
    let ended = false;
    const recorded = (...args: unknown[]): Response => {
      const entry = ended ? null : entryOf(request, response, from);
      ended = true;
      const isTold = entry === null || (entry.outcome === 'refused' && !refusals.pass(entry, performance.now()));
      if (isTold) return end(...args);
      writeAudit(database.manager, entry)
        .catch((error: unknown) => logger.error({ audit: entry, failure: describeFailure(error) }, 'audit not written'))
        .finally(() => end(...args));
      return response;
    };
    response.end = recorded as typeof response.end;
    next();
  };
}

function entryOf(request: Request, response: Response, fromAddress: string): AuditEntry | null {
  const { method, path } = request;
  const { statusCode: status } = response;
  const isWrite = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  if (!isWrite && !(status === 401 || status === 403 || status === 429 || isDenied(request))) return null;
  const principal = principalOf(request);
  return {
    project: projectOf(request) || null,
    who: principal === null ? null : principal.kind === 'person' ? principal.name : `deployment ${principal.id}`,
    what: operationOf(request) ?? method,
    subject: path,
    why: reasonOf(request),
    fromAddress,
    outcome: outcomeOf(status),
    status,
    code: refusalCodeOf(response),
  };
}
