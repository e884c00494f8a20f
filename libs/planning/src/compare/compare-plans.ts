import { byCodeUnit, canonicalJson, isJsonObject, type Json, type JsonObject } from '@muster/model';

/** How one plan differs from another; both in the form that is printed as JSON. */
export interface PlanDifference {
  readonly before: { readonly digest: string; readonly expectedMs: number };
  readonly after: { readonly digest: string; readonly expectedMs: number };
  /** Equal digests: what decides is the same. */
  readonly same: boolean;
  /** Tasks that are not alike, sorted by address. */
  readonly tasks: readonly TaskDifference[];
  /** What else differs: `limits`, `faultTolerance`, `graphType`, `cluster`; sorted. */
  readonly other: readonly string[];
}

export interface TaskDifference {
  readonly task: string;
  readonly change: 'added' | 'gone' | 'changed';
  /** Of a changed task, what differs: `action`, `requires`, `limit`, `parameters.cmd`, ...; sorted. */
  readonly fields: readonly string[];
  /** Why it would run or not, before and after; null where it is not there. */
  readonly reasons: readonly [before: string | null, after: string | null];
}

/** Fields of a task that tell what would be done; reasons and durations do not. */
const FIELDS = ['type', 'action', 'requires', 'limit'] as const;

/** Compares two plans task by task, barriers seen as they are. Cost: proportional to both. */
export function comparePlans(before: JsonObject, after: JsonObject): PlanDifference {
  const [left, right] = [tasksOf(before), tasksOf(after)];
  const names = [...new Set([...left.keys(), ...right.keys()])].sort(byCodeUnit);
  return {
    before: headOf(before),
    after: headOf(after),
    same: before['digest'] === after['digest'],
    tasks: names.flatMap((name) => differenceOf(name, left.get(name), right.get(name))),
    other: ['cluster', 'faultTolerance', 'graphType', 'limits'].filter(
      (key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null),
    ),
  };
}

function headOf(plan: JsonObject): PlanDifference['before'] {
  return { digest: String(plan['digest']), expectedMs: Number(plan['expectedMs']) };
}

function tasksOf(plan: JsonObject): ReadonlyMap<string, JsonObject> {
  const tasks = Array.isArray(plan['tasks']) ? (plan['tasks'] as readonly Json[]) : [];
  return new Map(tasks.filter(isJsonObject).map((task) => [String(task['task']), task]));
}

function differenceOf(task: string, before: JsonObject | undefined, after: JsonObject | undefined): TaskDifference[] {
  const reasons = [reasonOf(before), reasonOf(after)] as const;
  if (!before || !after) return [{ task, change: before ? 'gone' : 'added', fields: [], reasons }];
  const fields = [
    ...FIELDS.filter((field) => differs(before[field], after[field])),
    ...parameterNames(before, after).map((name) => `parameters.${name}`),
  ];
  return fields.length === 0 ? [] : [{ task, change: 'changed', fields: fields.sort(byCodeUnit), reasons }];
}

function parameterNames(before: JsonObject, after: JsonObject): string[] {
  const [left, right] = [before['parameters'], after['parameters']].map((each) => (isJsonObject(each) ? each : {}));
  const names = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]);
  return [...names].filter((name) => differs(left?.[name], right?.[name]));
}

function differs(before: Json | undefined, after: Json | undefined): boolean {
  return canonicalJson(before ?? null) !== canonicalJson(after ?? null);
}

function reasonOf(task: JsonObject | undefined): string | null {
  const reason = task?.['reason'];
  return isJsonObject(reason) && typeof reason['text'] === 'string' ? reason['text'] : null;
}
