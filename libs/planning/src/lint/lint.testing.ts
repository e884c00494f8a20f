import type { Bundle } from '@muster/model';
import type { ProblemCode } from '@muster/problems';
import { release } from '../planning.testing';
import { lintBundle } from './lint-bundle';

/** A shell definition on role `a`, or whatever `more` says. */
export function shell(id: string, more: object = {}): object {
  return { id, type: 'shell', roles: ['a'], parameters: { cmd: 'true' }, idempotent: true, ...more };
}

/** Findings of one code in a release with these definitions, as `severity subject: summary`. */
export function found(code: ProblemCode, tasks: readonly object[], manifest: object = {}): string[] {
  return foundIn(code, release(tasks, manifest));
}

export function foundIn(code: ProblemCode, bundle: Bundle): string[] {
  return lintBundle(bundle)
    .filter((each) => each.code === code)
    .map(({ severity, subject, summary }) => `${severity} ${subject}: ${summary}`);
}
