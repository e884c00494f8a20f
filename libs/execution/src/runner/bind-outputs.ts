import {
  isJsonObject,
  isOutputBinding,
  SYNC_POINT,
  type Json,
  type JsonObject,
  type OutputBinding,
} from '@muster/model';

/** Parameters that are run as code: what a node gives is bytes, never code, so no output may be one. */
const CODE_PARAMETERS: ReadonlySet<string> = new Set(['cmd']);

export type BoundParameters =
  | { readonly parameters: JsonObject }
  | { readonly code: 'TASK_OUTPUT_MISSING' | 'TASK_OUTPUT_AS_CODE'; readonly detail: string };

/**
 * `parameters` with each binding replaced by the value that `outputsOf` has for it, or all that is missing in one sentence.
 * `outputsOf` gives the outputs of a task's success; undefined where it has none. Secrets stay sealed.
 */
export function bindOutputs(
  parameters: JsonObject,
  outputsOf: (address: string) => JsonObject | undefined,
): BoundParameters {
  const asCode = Object.keys(parameters).filter(
    (key) => CODE_PARAMETERS.has(key) && isOutputBinding(parameters[key] as Json),
  );
  if (asCode.length > 0)
    return {
      code: 'TASK_OUTPUT_AS_CODE',
      detail: `parameter ${asCode.join(' and ')} would be what another task has put out`,
    };
  const missing: string[] = [];
  const bind = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((each: Json) => bind(each));
    if (!isJsonObject(value)) return value;
    if (!isOutputBinding(value)) return bindMembers(value, bind);
    const found = lookUp(value.output, outputsOf);
    if (typeof found === 'object' && 'value' in found) return found.value;
    missing.push(found.lacks);
    return null;
  };
  const bound = bindMembers(parameters, bind);
  if (missing.length === 0) return { parameters: bound };
  return { code: 'TASK_OUTPUT_MISSING', detail: [...new Set(missing)].join('; ') };
}

function bindMembers(value: JsonObject, bind: (member: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, bind(member)]));
}

function lookUp(
  { task, node, field }: OutputBinding['output'],
  outputsOf: (address: string) => JsonObject | undefined,
): { readonly value: Json } | { readonly lacks: string } {
  const address = `${task}@${node ?? SYNC_POINT}`;
  const outputs = outputsOf(address);
  if (outputs === undefined) return { lacks: `${address} has given no outputs` };
  if (field === undefined) return { value: outputs };
  const value = Object.hasOwn(outputs, field) ? outputs[field] : atPath(outputs, field.split('.'));
  return value === undefined
    ? {
        lacks: `${address} has given no output ${field} (it gave ${Object.keys(outputs).join(', ').slice(0, 300) || 'none'})`,
      }
    : { value };
}

function atPath(value: Json | undefined, [key, ...rest]: readonly string[]): Json | undefined {
  if (key === undefined) return value;
  if (Array.isArray(value))
    return /^\d+$/.test(key) ? atPath((value as readonly Json[])[Number(key)], rest) : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? atPath(value[key], rest) : undefined;
}
