import { STATUS_CODES } from 'node:http';
import type { Problem } from '@muster/problems';
import type { Response } from 'express';

/** RFC 9457, with every problem of the catalogue that stood in the way. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly problems: readonly Problem[];
}

/** The body of a refusal; `type` names the first error's code. */
export function problemDetails(status: number, problems: readonly Problem[], instance: string): ProblemDetails {
  const errors = problems.filter((each) => each.severity === 'error');
  const first = errors[0] ?? problems[0];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return {
    type: first ? `urn:muster:problem:${first.code}` : 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: first ? `${first.subject}: ${first.summary}${more}` : '',
    instance,
    problems,
  };
}

const codes = new WeakMap<Response, string>();

/** Code of the first error that a response told; null: it told none. */
export function refusalCodeOf(response: Response): string | null {
  return codes.get(response) ?? null;
}

/** Answers with problem details; does nothing more than end the stream once an answer has begun. */
export function sendProblems(response: Response, status: number, problems: readonly Problem[], instance: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const first = problems.find((each) => each.severity === 'error') ?? problems[0];
  if (first !== undefined) codes.set(response, first.code);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDetails(status, problems, instance)));
}
