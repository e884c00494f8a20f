import type { Bundle, BundleFile, GraphDefinition, Json, JsonObject, TaskDefinition } from '@muster/model';
import { canonicalJson, didYouMean, isJsonObject } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { applyPatch } from '../draft/apply-patch';
import { nameOf, originOf, type ResolvedBase } from './resolved-base';

/**
 * A release laid over the one that it extends: what has the same name is replaced as a whole, the rest is added. Single
 * fields of the base's tasks are changed by patches, which stay patches. What is replaced is told.
 */
export function extendBundle(over: Bundle, base: ResolvedBase, problems: Problem[]): Bundle {
  const under = base.bundle;
  const replaced = new Replaced(over, under);
  const bundle: Bundle = {
    ...over,
    compat: over.compat ?? under.compat,
    fuelVersion: over.fuelVersion ?? under.fuelVersion,
    bases: [originOf(base), ...(under.bases ?? [])],
    roles: replaced.merge('role', under.roles, over.roles),
    tags: { ...under.tags, ...over.tags },
    settings: mergeSettings(under.settings, over.settings, replaced),
    ...(under.options || over.options
      ? { options: replaced.merge('options', under.options ?? {}, over.options ?? {}) }
      : {}),
    sequences: replaced.merge('sequence', under.sequences, over.sequences),
    graphs: mergeGraphs(under.graphs, over.graphs, replaced, problems),
    files: mergeFiles(under.files, over.files, replaced, problems),
    ...mergeValidations(under, over, replaced),
    ...(under.included ? { included: under.included } : {}),
  };
  problems.push(...replaced.told());
  return bundle;
}

/** Collects what the upper bundle replaces. */
class Replaced {
  readonly #names = new Map<string, string[]>();

  constructor(
    private readonly over: Bundle,
    private readonly under: Bundle,
  ) {}

  add(kind: string, name: string): void {
    this.#names.set(kind, [...(this.#names.get(kind) ?? []), name]);
  }

  merge<T>(kind: string, under: Readonly<Record<string, T>>, over: Readonly<Record<string, T>>): Record<string, T> {
    for (const [name, value] of Object.entries(over))
      if (Object.hasOwn(under, name) && canonicalJson(under[name]) !== canonicalJson(value)) this.add(kind, name);
    return { ...under, ...over };
  }

  told(): Problem[] {
    return [...this.#names].map(([kind, names]) =>
      problem('BUNDLE_REPLACES_BASE', {
        subject: `${kind} ${names[0]?.slice(0, 80) ?? ''}`,
        summary: `${names.length === 1 ? 'is' : `and ${names.length - 1} more (${names.slice(1, 6).join(', ').slice(0, 300)}) are`} replaced by ${nameOf(this.over)}, which extends ${nameOf(this.under)}`,
      }),
    );
  }
}

/** Properties by name; those of the upper bundle replace, everything required stays so. */
function mergeSettings(under: JsonObject | null, over: JsonObject | null, replaced: Replaced): JsonObject | null {
  if (!under || !over) return over ?? under;
  const members = (schema: JsonObject, kind: string): JsonObject => {
    const value = Object.hasOwn(schema, kind) ? schema[kind] : undefined;
    return isJsonObject(value) ? value : {};
  };
  const merged: JsonObject = {
    ...under,
    ...over,
    properties: replaced.merge('setting', members(under, 'properties'), members(over, 'properties')),
  };
  const more: [string, Json][] = [];
  for (const kind of ['$defs', 'definitions', 'patternProperties', 'dependentRequired']) {
    if (Object.hasOwn(under, kind) || Object.hasOwn(over, kind))
      more.push([kind, { ...members(under, kind), ...members(over, kind) }]);
  }
  const required = [under['required'], over['required']].flatMap((each) =>
    Array.isArray(each) ? (each as readonly Json[]) : [],
  );
  return {
    ...merged,
    ...Object.fromEntries(more),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
  };
}

function mergeValidations(under: Bundle, over: Bundle, replaced: Replaced): Pick<Bundle, 'validations'> {
  const validations = new Map((under.validations ?? []).map((each) => [each.id, each]));
  for (const each of over.validations ?? []) {
    if (validations.has(each.id)) replaced.add('validation', each.id);
    validations.set(each.id, each);
  }
  return validations.size === 0 ? {} : { validations: [...validations.values()] };
}

function mergeGraphs(
  under: readonly GraphDefinition[],
  over: readonly GraphDefinition[],
  replaced: Replaced,
  problems: Problem[],
): GraphDefinition[] {
  const types = [...new Set([...under, ...over].map(({ type }) => type))];
  return types.map((type) => {
    const [below, above] = [under, over].map((graphs) => graphs.find((graph) => graph.type === type));
    const definitions = new Map<string, TaskDefinition>();
    for (const definition of below?.definitions ?? []) definitions.set(definition.id, definition);
    // The base's own patches are part of what it is.
    for (const patch of below?.patches ?? []) {
      const patched = definitions.get(patch.patch);
      if (patched) definitions.set(patch.patch, applyPatch(patched, patch));
    }
    for (const definition of above?.definitions ?? []) {
      const other = definitions.get(definition.id);
      if (other) replaced.add('task', definition.id);
      definitions.set(definition.id, other?.scope === undefined ? definition : { ...definition, scope: other.scope });
    }
    for (const patch of above?.patches ?? [])
      if (!definitions.has(patch.patch)) problems.push(unknownPatch(patch, definitions));
    const patches = above?.patches ?? [];
    const filtering = above && Object.hasOwn(above.metadata, 'node_filter') ? above : below;
    return {
      type,
      metadata: { ...below?.metadata, ...above?.metadata },
      ...(filtering?.filterPlace ? { filterPlace: filtering.filterPlace } : {}),
      definitions: [...definitions.values()],
      ...(patches.length > 0 ? { patches } : {}),
    };
  });
}

function unknownPatch(
  { patch, place }: NonNullable<GraphDefinition['patches']>[number],
  definitions: ReadonlyMap<string, unknown>,
): Problem {
  return problem('PLAN_UNKNOWN_TASK', {
    subject: `task ${patch}`,
    summary: 'is patched, and neither this release nor the one that it extends defines it',
    remedy: `Correct the name.${didYouMean(patch, definitions.keys())}`,
    place,
  });
}

function mergeFiles(
  under: readonly BundleFile[],
  over: readonly BundleFile[],
  replaced: Replaced,
  problems: Problem[],
): BundleFile[] {
  const files = new Map(under.map((file) => [file.path, file]));
  for (const file of over) {
    if (files.has(file.path) && files.get(file.path)?.digest !== file.digest) replaced.add('file', file.path);
    files.set(file.path, file);
  }
  const merged = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path } of merged) {
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (!files.has(folder)) continue;
      problems.push(
        problem('BUNDLE_CLASH', {
          subject: `file ${folder.slice(0, 200)}`,
          summary: `is a file of one release and a folder of the other, which has ${path.slice(0, 200)}`,
        }),
      );
    }
  }
  return merged;
}
