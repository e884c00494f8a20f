import type { Scope } from '@muster/telemetry';
import type { Request } from 'express';
import { projectOf } from './principal';

/** What a request is about, as far as its address says; complete once it has been routed. */
export function requestIds(request: Request): Scope {
  const { transaction, node, task } = request.params as Scope;
  const known = Object.entries({ project: projectOf(request) || undefined, transaction, node, task });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
