import { isJsonObject, type Json, type JsonObject } from '../json';
import { pointedTo } from './json-pointer';
import { safePattern } from './safe-pattern';

const DEPTH_MAX = 64;

/**
 * Paths in `settings` whose values the schema declares `secret: true`, sorted; absent values have none. A secret that
 * is a mapping or list counts as one secret.
 */
export function secretPaths(schema: JsonObject | null, settings: Json): string[][] {
  if (!schema) return [];
  const found = new Map<string, string[]>();
  collect(schema, schema, settings, [], found, 0);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function collect(
  root: JsonObject,
  schema: Json | undefined,
  value: Json,
  path: string[],
  found: Map<string, string[]>,
  depth: number,
): void {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return;
  if (schema['secret'] === true) {
    found.set(JSON.stringify(path), path);
    return;
  }
  const next = (other: Json | undefined, member: Json, at: string[]): void =>
    collect(root, other, member, at, found, depth + 1);
  if (typeof schema['$ref'] === 'string') next(pointedTo(root, schema['$ref']), value, path);
  // A value that is secret in any form that it might have is secret.
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const all = schema[key];
    if (Array.isArray(all)) for (const each of all as readonly Json[]) next(each, value, path);
  }
  for (const key of ['if', 'then', 'else'] as const) next(schema[key], value, path);
  if (Array.isArray(value)) {
    const prefix = Array.isArray(schema['prefixItems']) ? (schema['prefixItems'] as readonly Json[]) : [];
    (value as readonly Json[]).forEach((item, index) =>
      next(prefix[index] ?? schema['items'], item, [...path, String(index)]),
    );
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value))
      for (const each of schemasOf(schema, key)) next(each, member, [...path, key]);
  }
}

function schemasOf(schema: JsonObject, key: string): Json[] {
  const { properties, patternProperties, additionalProperties } = schema;
  const own = isJsonObject(properties) && Object.hasOwn(properties, key) ? [properties[key] as Json] : [];
  const matching = isJsonObject(patternProperties)
    ? Object.entries(patternProperties)
        .filter(([pattern]) => safePattern(pattern)?.matcher(key).find() === true)
        .map(([, each]) => each)
    : [];
  const found = [...own, ...matching];
  return found.length > 0 || additionalProperties === undefined ? found : [additionalProperties];
}

/** `settings` with the value at each of `paths` replaced by what `replace` makes of it; paths that lead nowhere are left. */
export function mapAtPaths(
  settings: JsonObject,
  paths: readonly (readonly string[])[],
  replace: (value: Json) => Json,
): JsonObject {
  return paths.reduce<Json>((value, path) => mapAt(value, path, replace), settings) as JsonObject;
}

function mapAt(value: Json, path: readonly string[], replace: (value: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replace(value);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, index) => (String(index) === key ? mapAt(item, rest, replace) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? mapAt(member, rest, replace) : member]),
  );
}
