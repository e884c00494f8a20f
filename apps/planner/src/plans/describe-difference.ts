import type { JsonObject } from '@muster/model';
import { compareGrounds, comparePlans, type PlanGrounds, type TaskDifference } from '@muster/planning';
import { type KeptPlan, shownPlan } from './keep-plan';
import type { PlannedCluster } from './plan-cluster';

/** Tasks that are named of each kind. */
const NAMES_MAX = 10;

type Approved = Pick<KeptPlan, 'json' | 'grounds' | 'revision'>;
type Now = Pick<PlannedCluster, 'json' | 'grounds' | 'revision'>;

/** How a plan that was shown differs from what would run now, and what it was made from, in one sentence. */
export async function describeDifference(approved: Approved, now: Now): Promise<string> {
  const { tasks, other } = comparePlans(parsed(await shownPlan(approved)), parsed(await shownPlan(now)));
  const parts = (['added', 'gone', 'changed'] as const).flatMap((change) => describe(change, tasks));
  if (other.length > 0) parts.push(`also different: ${other.join(', ')}`);
  if (parts.length === 0) parts.push('the tasks are the same');
  const grounds = groundsThatDiffer(approved, now);
  if (grounds.length > 0) parts.push(`what differs is ${grounds.join(', ')}`);
  return parts.join('; ');
}

function groundsThatDiffer(approved: Approved, now: Now): readonly string[] {
  if (approved.grounds === null) return ['revision, release, node identities, previous state or options'];
  const [before, after] = [approved.grounds, now.grounds].map((text) => JSON.parse(text) as PlanGrounds);
  if (!before || !after) return [];
  const numbers = approved.revision === now.revision ? '' : ` (${approved.revision} -> ${now.revision})`;
  return compareGrounds(before, after).map((each) => (each === 'the revision' ? `${each}${numbers}` : each));
}

function parsed(json: Buffer): JsonObject {
  return JSON.parse(json.toString()) as JsonObject;
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
