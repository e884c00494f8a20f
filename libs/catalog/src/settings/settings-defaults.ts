import { isJsonObject, type Json, type JsonObject } from '@muster/model';
import { pointedTo } from '@muster/model/schema';

/** Depth through references; deeper defaults are left out. */
const DEPTH_MAX = 64;

/**
 * `settings` with the defaults of `schema` filled in where nothing is given, at every depth. A group that is absent is
 * made for its members' defaults, unless it would then lack something required.
 */
export function withDefaults(schema: JsonObject, settings: JsonObject): JsonObject {
  return fillObject(schema, schema, settings, 0);
}

/** The same about a value inside: `schema` is what `root` says of it. */
export function withDefaultsAt(root: JsonObject, schema: JsonObject, value: JsonObject): JsonObject {
  return fillObject(root, schema, value, 0);
}

function fillObject(root: JsonObject, schema: JsonObject, value: JsonObject, depth: number): JsonObject {
  if (depth > DEPTH_MAX) return value;
  const filled = new Map<string, Json>(Object.entries(value));
  for (const each of schemaLayers(root, schema)) {
    const properties = isJsonObject(each['properties']) ? each['properties'] : {};
    for (const [key, property] of Object.entries(properties)) {
      const given = filled.get(key);
      const next = given === undefined ? defaultOf(root, property, depth + 1) : fill(root, property, given, depth + 1);
      if (next !== undefined) filled.set(key, next);
    }
  }
  return Object.fromEntries(filled);
}

function fill(root: JsonObject, schema: Json, value: Json, depth: number): Json {
  return isJsonObject(schema) && isJsonObject(value) ? fillObject(root, schema, value, depth) : value;
}

function defaultOf(root: JsonObject, schema: Json, depth: number): Json | undefined {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return undefined;
  const all = schemaLayers(root, schema);
  const given = all.find((each) => Object.hasOwn(each, 'default'));
  if (given) return fill(root, schema, given['default'] ?? null, depth);
  const filled = fillObject(root, schema, {}, depth);
  const required = all.flatMap((each) =>
    Array.isArray(each['required']) ? (each['required'] as readonly Json[]) : [],
  );
  const isWhole = required.every((key) => typeof key === 'string' && Object.hasOwn(filled, key));
  return Object.keys(filled).length > 0 && isWhole ? filled : undefined;
}

/** The schema itself, what it refers to, and its `allOf`. */
export function schemaLayers(root: JsonObject, schema: JsonObject, depth = 0): JsonObject[] {
  if (depth > 16) return [];
  const reference = typeof schema['$ref'] === 'string' ? pointedTo(root, schema['$ref']) : undefined;
  const all = Array.isArray(schema['allOf']) ? (schema['allOf'] as readonly Json[]) : [];
  const others = [reference, ...all].filter((each) => isJsonObject(each));
  return [schema, ...others.flatMap((each) => schemaLayers(root, each, depth + 1))];
}
