import { isNativeError } from 'node:util/types';
import { HttpException } from '@nestjs/common';
import { type Problem, ProblemsError } from '@muster/problems';
import type { NewFeedEvent } from '../feed/feed-event';
import { statusOf } from '../http/problem-status';

/** What of an answer may be told to everybody who reads the feed: names and numbers, and never a token or a text. */
const TOLD = [
  ...['transaction', 'deployment', 'command', 'effect', 'cluster', 'revision', 'changed', 'node', 'webhook'],
  ...['kind', 'name', 'version', 'digest', 'plan', 'state', 'pool', 'slots'],
] as const;
const CHARS_MAX = 200;
const PROBLEMS_MAX = 20;

export type OperationEnd = Pick<NewFeedEvent, 'type' | 'data'>;

/** How an operation ended that answered. */
export function succeededWith(answer: unknown): OperationEnd {
  return { type: 'operation.succeeded', data: { result: toldOf(answer) } };
}

/** How an operation ended that threw: refused for what was asked, or failed for what the planner is to blame for. */
export function endedBy(error: unknown): OperationEnd {
  if (error instanceof ProblemsError) {
    const type = statusOf(error.problems) < 500 ? 'operation.refused' : 'operation.failed';
    return { type, data: { problems: error.problems.slice(0, PROBLEMS_MAX).map(toldProblem) } };
  }
  const refused = error instanceof HttpException && error.getStatus() < 500;
  const summary = refused && isNativeError(error) ? error.message : 'The server failed.';
  const code = refused ? 'API_INVALID' : 'API_INTERNAL';
  return {
    type: refused ? 'operation.refused' : 'operation.failed',
    data: { problems: [{ code, subject: 'the request', summary }] },
  };
}

function toldProblem({ code, subject, summary }: Problem): Record<string, string> {
  return { code, subject: subject.slice(0, CHARS_MAX), summary: summary.slice(0, 1000) };
}

function toldOf(answer: unknown): Record<string, string | number | boolean> {
  if (typeof answer !== 'object' || answer === null) return {};
  const told: Record<string, string | number | boolean> = {};
  for (const name of TOLD) {
    const value: unknown = Reflect.get(answer, name);
    if (typeof value === 'number' || typeof value === 'boolean') told[name] = value;
    if (typeof value === 'string' && value.length <= CHARS_MAX) told[name] = value;
  }
  return told;
}
