import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { canonicalJson, type JsonObject, type Plan } from '@muster/model';
import { type PlanOutcome, withFingerprints } from '@muster/planning';

/** What a deployment of a plan writes down, so that the success of each task can be recorded when it comes. */
export interface PlanRecords {
  /** JSON texts, since they only pass through: `[{digest, content}]`, each state once. */
  readonly states: string;
  /** Gzipped JSON: `[{task, definition, node, fingerprint, resets}]`, so many tasks in each. */
  readonly tasks: readonly Uint8Array[];
  readonly places: readonly PlaceRecord[];
}

/** Digests of what a place is expected to be. */
export interface PlaceRecord {
  readonly node: string;
  readonly common: string;
  readonly own: string;
}

/** Task types after which nothing is left of what was done on the machine before. */
const RESETTING_TYPES = ['provision', 'erase_node', 'move_to_bootstrap'];

/** Written to the database at once: all 100,000 would be a text of 24 MB. */
const TASKS_AT_ONCE = 5000;

/** Cost: proportional to the tasks that run, and to the states; the common part is hashed once. */
export function planRecords(plan: Plan, { fingerprints, states }: PlanOutcome): PlanRecords {
  const digests = new Map<JsonObject, string>();
  const contents = new Map<string, JsonObject>();
  const digestOf = (part: JsonObject): string => {
    const known = digests.get(part) ?? stateDigest(part);
    digests.set(part, known);
    contents.set(known, part);
    return known;
  };
  const places = [...states].map(([node, { common, node: own }]) => ({
    node,
    common: digestOf(common),
    own: digestOf(own),
  }));
  const recorded = plan.tasks.filter(({ task }) => fingerprints.has(task));
  const partFrom = (first: number): object[] =>
    recorded.slice(first, first + TASKS_AT_ONCE).map(({ task, definition, node, type }) => {
      const resets = RESETTING_TYPES.includes(type);
      return { task, definition, node, fingerprint: fingerprints.get(task), resets };
    });
  const tasks: Uint8Array[] = [];
  for (let first = 0; first < recorded.length; first += TASKS_AT_ONCE)
    tasks.push(gzipSync(JSON.stringify(partFrom(first))));
  return {
    states: JSON.stringify([...contents].map(([digest, content]) => ({ digest, content }))),
    tasks,
    places,
  };
}

function stateDigest(part: JsonObject): string {
  return `sha256:${createHash('sha256')
    .update(canonicalJson(withFingerprints(part)))
    .digest('hex')}`;
}
