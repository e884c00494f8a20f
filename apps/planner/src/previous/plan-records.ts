import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, type Plan } from '@muster/model';
import { type PlanOutcome, withFingerprints } from '@muster/planning';

/** What a deployment of a plan writes down, so that the success of each task can be recorded when it comes. */
export interface PlanRecords {
  /** JSON texts, since they only pass through: `[{digest, content}]`, each state once. */
  readonly states: string;
  /** JSON text: `[{task, definition, node, fingerprint, resets}]`. */
  readonly tasks: string;
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
  const tasks = plan.tasks.flatMap(({ task, definition, node, type }) => {
    const fingerprint = fingerprints.get(task);
    return fingerprint ? [{ task, definition, node, fingerprint, resets: RESETTING_TYPES.includes(type) }] : [];
  });
  return {
    states: JSON.stringify([...contents].map(([digest, content]) => ({ digest, content }))),
    tasks: JSON.stringify(tasks),
    places,
  };
}

function stateDigest(part: JsonObject): string {
  return `sha256:${createHash('sha256')
    .update(canonicalJson(withFingerprints(part)))
    .digest('hex')}`;
}
