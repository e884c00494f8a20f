import type { JsonObject } from '@muster/model';
import { comparePlans, type TaskDifference } from '@muster/planning';

/** Tasks that are named of each kind. */
const NAMES_MAX = 10;

/** How a plan that was shown differs from what would run now, in one sentence; both as JSON. */
export function describeDifference(approved: Uint8Array, now: Uint8Array): string {
  const { tasks, other } = comparePlans(parsed(approved), parsed(now));
  const parts = (['added', 'gone', 'changed'] as const).flatMap((change) => describe(change, tasks));
  if (other.length > 0) parts.push(`also different: ${other.join(', ')}`);
  return parts.length > 0
    ? parts.join('; ')
    : 'The tasks are the same; revision, release, node identities, previous state or options differ.';
}

function parsed(json: Uint8Array): JsonObject {
  return JSON.parse(Buffer.from(json).toString()) as JsonObject;
}

/** `changed: a@1 (action: Nothing changed since it last succeeded on this node.)` */
function describe(what: TaskDifference['change'], tasks: readonly TaskDifference[]): string[] {
  const those = tasks.filter(({ change }) => change === what);
  if (those.length === 0) return [];
  const named = those.slice(0, NAMES_MAX).map(({ task, fields, reasons: [, now] }) => {
    const why = fields.includes('action') && now !== null ? `: ${now.replace(/\.$/, '')}` : '';
    return fields.length === 0 ? task : `${task} (${fields.join(', ')}${why})`;
  });
  const more = those.length > NAMES_MAX ? ` and ${those.length - NAMES_MAX} more` : '';
  return [`${what}: ${named.join(', ')}${more}`];
}
