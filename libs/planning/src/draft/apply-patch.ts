import { isJsonObject, type Json, type JsonObject, type TaskDefinition, type TaskPatch } from '@muster/model';

/** The definition with what the patch says: fields replaced, parameters and inputs merged, nulls in them removed. */
export function applyPatch(definition: TaskDefinition, { changes, parameters, inputs }: TaskPatch): TaskDefinition {
  return {
    ...definition,
    ...changes,
    parameters: mergePatch(definition.parameters, parameters),
    inputs: inputs === undefined ? definition.inputs : inputs && mergePatch(definition.inputs ?? {}, inputs),
  };
}

/** What two patches of one definition both say; sorted. Parameters and inputs by their first key. */
export function sharedFields(one: TaskPatch, other: TaskPatch): string[] {
  const theirs = new Set(fieldsOf(other));
  return fieldsOf(one)
    .filter((field) => theirs.has(field))
    .sort();
}

function fieldsOf({ changes, parameters, inputs }: TaskPatch): string[] {
  return [
    ...Object.keys(changes),
    ...Object.keys(parameters).map((key) => `parameters.${key}`),
    ...(inputs === undefined ? [] : inputs === null ? ['inputs'] : Object.keys(inputs).map((key) => `inputs.${key}`)),
  ];
}

function mergePatch(under: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map<string, Json>(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isJsonObject(value) && isJsonObject(below) ? mergePatch(below, value) : value);
  }
  return Object.fromEntries(merged);
}
