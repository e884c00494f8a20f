import { canonicalJson, isJsonObject, isSealedSecret, type Bundle, type Json, type JsonObject } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { withDefaults } from '../settings/settings-defaults';

/** `over` laid on `under`: mappings are merged; lists, scalars and sealed secrets replaced. */
export function deepUnion(under: JsonObject, over: JsonObject): JsonObject {
  const result = new Map<string, Json>(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = result.get(key);
    result.set(key, isGroup(below) && isGroup(value) ? deepUnion(below, value) : value);
  }
  return Object.fromEntries(result);
}

function isGroup(value: Json | undefined): value is JsonObject {
  return isJsonObject(value) && !isSealedSecret(value);
}

/** What expressions see as `$` of a node, without `uid`, `name`, `roles` and `tags`: common and node part, then defaults. */
export function effectiveSettings(schema: JsonObject | null, common: JsonObject, node: JsonObject): JsonObject {
  const union = deepUnion(common, node);
  return schema ? withDefaults(schema, union) : union;
}

/**
 * The settings' schema of a release with its plugins: their properties side by side. Null if none has one.
 * A property that two of them declare differently is a problem naming both.
 */
export function settingsSchema(bundles: readonly Bundle[]): { schema: JsonObject | null; problems: Problem[] } {
  const problems: Problem[] = [];
  let schema: JsonObject | null = null;
  const owners = new Map<string, Bundle>();
  for (const bundle of bundles) {
    if (!bundle.settings) continue;
    schema = schema ? merge(schema, bundle, owners, problems) : bundle.settings;
    for (const key of Object.keys(members(bundle.settings, 'properties')))
      if (!owners.has(key)) owners.set(key, bundle);
  }
  return { schema, problems };
}

function merge(
  schema: JsonObject,
  bundle: Bundle,
  owners: ReadonlyMap<string, Bundle>,
  problems: Problem[],
): JsonObject {
  const own = bundle.settings ?? {};
  for (const kind of ['properties', '$defs', 'definitions'] as const) {
    for (const [key, value] of Object.entries(members(own, kind))) {
      const there = members(schema, kind);
      if (!Object.hasOwn(there, key) || canonicalJson(there[key]) === canonicalJson(value)) continue;
      problems.push(
        problem('CLUSTER_SETTINGS_CLASH', {
          subject: `setting ${key.slice(0, 80)}`,
          summary: `is declared differently (${kind}) by ${nameOf(owners.get(key))} and ${nameOf(bundle)}`,
        }),
      );
    }
  }
  const merged = (kind: string): JsonObject => ({ ...members(own, kind), ...members(schema, kind) });
  const required = [schema['required'], own['required']].flatMap((each) =>
    Array.isArray(each) ? (each as readonly Json[]) : [],
  );
  return {
    ...own,
    ...schema,
    properties: merged('properties'),
    $defs: merged('$defs'),
    definitions: merged('definitions'),
    required,
  };
}

function members(schema: JsonObject, kind: string): JsonObject {
  const value = Object.hasOwn(schema, kind) ? schema[kind] : undefined;
  return isJsonObject(value) ? value : {};
}

function nameOf(bundle: Bundle | undefined): string {
  return bundle ? `${bundle.kind} ${bundle.name}@${bundle.version}` : 'another bundle';
}
