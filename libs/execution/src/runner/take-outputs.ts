import {
  isJsonObject,
  sealJson,
  type AttemptResult,
  type GraphTask,
  type Json,
  type JsonObject,
  type SecretBox,
} from '@muster/model';
import { mapAtPaths, secretPaths, validateJson } from '@muster/model/schema';

/** Depth of mappings and lists in what a task gives. */
const DEPTH_MAX = 20;
const OUTPUT_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;
/** As for masking: shorter secrets are in any text. */
const SECRET_LENGTH_MIN = 4;

/**
 * The result of a success with its outputs checked against what the task declares, and sealed where they are secret: where
 * the declaration says so, and where a text holds one of `secrets`, which the task was given. Anything wrong with them
 * makes the attempt fail: who takes them would go on with something else than was meant. `note` says why the node's
 * outputs could not be read. Results that are no success are given back as they are, without outputs.
 */
export function takeOutputs(
  task: GraphTask,
  result: AttemptResult,
  note: string | undefined,
  secrets: readonly string[],
  box: SecretBox,
): AttemptResult {
  if (result.kind !== 'exited') return result;
  const { outputs, ...rest } = result;
  if (result.code !== 0) return rest;
  const faults = note === undefined ? faultsOf(task, outputs ?? {}) : [note];
  if (faults.length > 0) return { ...rest, fault: faults.join('; ').slice(0, 1000) };
  if (outputs === undefined) return rest;
  const seal = (value: Json): Json => sealJson(value, box);
  const declared = mapAtPaths(outputs, secretPaths(task.outputs, outputs), seal);
  return { ...rest, outputs: sealTexts(declared, secrets, box) };
}

function faultsOf({ outputs: schema }: GraphTask, outputs: JsonObject): string[] {
  const names = Object.keys(outputs).filter((name) => !OUTPUT_NAME.test(name));
  if (names.length > 0)
    return [`${names.map((name) => JSON.stringify(name.slice(0, 80))).join(', ')} is no name of an output`];
  const odd = oddityOf(outputs, 0);
  if (odd !== null) return [odd];
  if (schema === null) return [];
  return validateJson(schema, outputs)
    .filter(({ severity }) => severity === 'error')
    .map(({ path, text }) => `its output ${path.join('.') || 'as a whole'} ${text}`);
}

/** What no output may hold, whatever is declared. */
function oddityOf(value: Json, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= DEPTH_MAX) return `its outputs are more than ${DEPTH_MAX} levels deep`;
  // Ours to make: one from a node would be opened as if we had sealed it.
  if (isJsonObject(value) && Object.hasOwn(value, '$sealed')) return 'its outputs hold a key `$sealed`';
  for (const member of Object.values(value)) {
    const odd = oddityOf(member, depth + 1);
    if (odd !== null) return odd;
  }
  return null;
}

function sealTexts(value: JsonObject, secrets: readonly string[], box: SecretBox): JsonObject {
  const given = secrets.map((secret) => secret.trim()).filter((secret) => secret.length >= SECRET_LENGTH_MIN);
  if (given.length === 0) return value;
  const walk = (each: Json): Json => {
    if (typeof each === 'string') return given.some((secret) => each.includes(secret)) ? sealJson(each, box) : each;
    if (Array.isArray(each)) return each.map((member: Json) => walk(member));
    if (!isJsonObject(each) || Object.hasOwn(each, '$sealed')) return each;
    return Object.fromEntries(Object.entries(each).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value) as JsonObject;
}
