import { storableText, textFault } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { NextFunction, Request, Response } from 'express';

/** Levels of a JSON body: what a route takes has a handful, and whoever walks much deeper runs out of stack. */
const DEPTH_MAX = 200;
/** Faults told of one body. */
const FAULTS_MAX = 20;

/**
 * Stands behind body parsing: refuses text that JSON and percent-encoding can say and no database can keep, wherever it
 * stands, so that no route has to think of it.
 */
export function checkText(request: Request, _response: Response, next: NextFunction): void {
  const problems = request.originalUrl.includes('%00') ? [invalid('the address', 'holds a NUL character')] : [];
  problems.push(...faultsIn(request.body));
  next(problems.length > 0 ? new ProblemsError(problems) : undefined);
}

/** A value of the body that has members, and where it stands. */
interface Inner {
  readonly value: object;
  readonly key: string | number;
  readonly above: Inner | null;
  readonly depth: number;
}

/** What no route takes of a value that was JSON, anywhere in it. Not recursive, since a body may be nested as deep as it is long; looks at each value once. */
export function faultsIn(body: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  const open: Inner[] = isInner(body) ? [{ value: body, key: '', above: null, depth: 0 }] : [];
  for (let at = open.pop(); at !== undefined && problems.length < FAULTS_MAX; at = open.pop()) {
    if (at.depth >= DEPTH_MAX) return [invalid('the body', `is nested deeper than ${DEPTH_MAX} levels`)];
    for (const [key, value] of Array.isArray(at.value) ? at.value.entries() : Object.entries(at.value)) {
      const fault =
        (typeof key === 'string' ? textFault(key) : null) ?? (typeof value === 'string' ? textFault(value) : null);
      if (fault !== null) problems.push(invalid('field', fault, pathOf(key, at)));
      if (isInner(value)) open.push({ value, key, above: at, depth: at.depth + 1 });
    }
  }
  return problems;
}

function isInner(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function pathOf(key: string | number, above: Inner): string {
  const keys = [key];
  for (let at = above; at.above !== null; at = at.above) keys.unshift(at.key);
  return storableText(keys.join('.')).slice(0, 500);
}

function invalid(subject: string, fault: string, path?: string): Problem {
  return problem('API_INVALID', {
    subject: path === undefined ? subject : `${subject} ${path}`,
    summary: `It ${fault}.`,
    ...(path === undefined ? {} : { place: { path } }),
  });
}
