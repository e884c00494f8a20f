import type { PlanDocument } from '@muster/client';
import type { PlanDifference } from '@muster/planning';
import { isJsonObject, type JsonObject } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { readText } from '../io/read-text';
import { shownLine } from '../io/shown-text';
import { spell } from '../io/spell-duration';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

/** Another plan to compare with: a file with its JSON, or the digest of one that the planner keeps. */
export async function readPlan(session: Session, name: string, source: object): Promise<JsonObject> {
  if (/^sha256:[0-9a-f]{64}$/.test(name)) {
    if (!('cluster' in source) || typeof source.cluster !== 'string')
      throw usageProblem('--compare', 'offline there are no plans by digest: name a file');
    const client = await session.client();
    return (await client.clusters.keptPlan(source.cluster, name)) as unknown as JsonObject;
  }
  const text = await readText(session.io.cwd, name, 'plan');
  const value = parsed(text);
  if (isJsonObject(value) && typeof value['digest'] === 'string' && Array.isArray(value['tasks'])) return value;
  throw new ProblemsError([
    problem('LOCAL_FILE', {
      subject: 'plan to compare with',
      summary: 'is no plan',
      remedy: 'Write one with `muster plan ... -o json > FILE`.',
      place: { file: name },
    }),
  ]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** How `after` differs from `before`. */
export async function comparisonWith(before: JsonObject, after: PlanDocument): Promise<PlanDifference> {
  const { comparePlans } = await import('@muster/planning');
  return comparePlans(before, after as unknown as JsonObject);
}

/** For people: a line per task that differs. */
export function differenceText(difference: PlanDifference): string {
  const { before, after, same, tasks, other } = difference;
  const lines = [
    `before: ${before.digest}, ${spell(before.expectedMs)}`,
    `after:  ${after.digest}, ${spell(after.expectedMs)}`,
  ];
  if (same) return `${[...lines, 'both are the same plan'].join('\n')}\n`;
  const rows = tasks.map((it) => [it.task, it.change, it.fields.join(', '), it.reasons[0] ?? '', it.reasons[1] ?? '']);
  return `${[
    ...lines,
    ...(other.length > 0 ? [`also different: ${other.join(', ')}`] : []),
    tasks.length === 0 ? 'the tasks are the same; revision, release, node identities or options differ' : '',
  ]
    .map(shownLine)
    .join(
      '\n',
    )}\n${tasks.length > 0 ? table(['task', 'change', 'what', 'reason before', 'reason after'], rows) : ''}\n`;
}
