import { isJsonObject, isSealedSecret, type Json, type JsonObject } from '@muster/model';
import { safePattern } from '@muster/model/schema';
import { schemaLayers } from './settings-defaults';

/** What a schema says of one path. */
export interface PathFacts {
  /** Some part of the schema names it, or takes any key there. */
  readonly isDeclared: boolean;
  readonly isSecret: boolean;
  readonly isDeprecated: boolean;
  readonly isFixed: boolean;
  readonly isGenerated: boolean;
}

/** Schemas that speak of `path`, the outer ones first; null: a key of it is declared nowhere. */
export function schemasAt(root: JsonObject, path: readonly string[]): readonly JsonObject[] | null {
  let level = [root];
  for (const key of path) {
    const all = level.flatMap((each) => manyLayers(root, each));
    const next = all.flatMap((each) => membersOf(each, key));
    if (next.length === 0)
      return all.some(isOpen) || all.every((each) => !isJsonObject(each['properties'])) ? [] : null;
    level = next;
  }
  return level.flatMap((each) => manyLayers(root, each));
}

export function factsAt(root: JsonObject | null, path: readonly string[]): PathFacts {
  const says = (at: readonly string[], keyword: string): boolean =>
    (root && schemasAt(root, at))?.some(
      (each) => each[keyword] === true || (keyword === 'generate' && each[keyword] !== undefined),
    ) ?? false;
  const above = path.map((_, depth) => path.slice(0, depth + 1));
  return {
    isDeclared: root === null || schemasAt(root, path) !== null,
    // What is below a secret is part of it.
    isSecret: above.some((each) => says(each, 'secret')),
    isDeprecated: above.some((each) => says(each, 'deprecated')),
    isFixed: above.some((each) => says(each, 'fixed')),
    isGenerated: says(path, 'generate'),
  };
}

/** Paths in `settings` that a schema does not declare though it declares their neighbours; nothing below them. */
export function undeclaredPaths(root: JsonObject, settings: JsonObject): string[][] {
  const found: string[][] = [];
  const walk = (value: Json, path: string[]): void => {
    if (!isJsonObject(value) || isSealedSecret(value)) return;
    for (const [key, member] of Object.entries(value)) {
      const at = [...path, key];
      const schemas = schemasAt(root, at);
      if (schemas === null) found.push(at);
      else if (schemas.length > 0) walk(member, at);
    }
  };
  walk(settings, []);
  return found;
}

/** The schema with what it refers to and all its alternatives: what any of them declares is declared. */
function manyLayers(root: JsonObject, schema: JsonObject, depth = 0): JsonObject[] {
  if (depth > 16) return [];
  const alternatives = schemaLayers(root, schema).flatMap((each) =>
    [...['anyOf', 'oneOf'].map((key) => each[key]), each['if'], each['then'], each['else']].flatMap((it) =>
      Array.isArray(it) ? (it as readonly Json[]) : it === undefined ? [] : [it],
    ),
  );
  const deeper = alternatives.filter((each) => isJsonObject(each)).flatMap((each) => manyLayers(root, each, depth + 1));
  return [...schemaLayers(root, schema), ...deeper];
}

function isOpen({ additionalProperties }: JsonObject): boolean {
  return additionalProperties === true;
}

function membersOf(schema: JsonObject, key: string): JsonObject[] {
  const { properties, patternProperties, additionalProperties, items, prefixItems } = schema;
  if (/^\d+$/.test(key) && (items !== undefined || prefixItems !== undefined)) {
    const prefix = Array.isArray(prefixItems) ? (prefixItems as readonly Json[])[Number(key)] : undefined;
    return [prefix ?? items].filter((each) => isJsonObject(each));
  }
  const named = isJsonObject(properties) && Object.hasOwn(properties, key) ? [properties[key] as Json] : [];
  const matching = isJsonObject(patternProperties)
    ? Object.entries(patternProperties)
        .filter(([pattern]) => safePattern(pattern)?.matcher(key).find() === true)
        .map(([, each]) => each)
    : [];
  const found = [...named, ...matching];
  const all = found.length > 0 || additionalProperties === undefined ? found : [additionalProperties];
  return all.map((each) => (each === true ? {} : each)).filter((each) => isJsonObject(each));
}
