import {
  isJsonObject,
  NAME_PATTERN,
  type Bundle,
  type GraphDefinition,
  type IncludedRelease,
  type IncludeSpec,
  type Json,
  type JsonObject,
  type OptionGroup,
  type Role,
  type TaskDefinition,
  type Validation,
  validationTask,
} from '@muster/model';
import { didYouMean } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { applyPatch } from '../draft/apply-patch';
import type { Names } from './names';
import { Prefix, prefixDefinition } from './prefix-names';
import { nameOf, originOf, type ResolvedBase } from './resolved-base';

/**
 * A release with another one put into it under a name: its roles, tags, tasks, settings and files are there with that name in
 * front, so that nothing in it can be mistaken for something of the release around it.
 */
export function includeBundle(
  outer: Bundle,
  spec: IncludeSpec,
  found: ResolvedBase,
  names: Names,
  problems: Problem[],
): Bundle {
  const { bundle: inner } = found;
  const prefix = new Prefix(spec.as, inner);
  const clash = (what: string): void => names.clash(what, spec.as, nameOf(inner), spec.place);
  const add = <T>(kind: string, into: Readonly<Record<string, T>>, entries: [string, T][]): Record<string, T> => {
    for (const [name] of entries) if (Object.hasOwn(into, name)) clash(`${kind} ${name}`);
    return { ...into, ...Object.fromEntries(entries) };
  };
  checkConnections(outer, spec, problems);
  return {
    ...outer,
    roles: add(
      'role',
      outer.roles,
      Object.values(inner.roles).map((role) => [prefix.name(role.name), prefixRole(role, prefix)]),
    ),
    tags: add(
      'tag',
      outer.tags,
      Object.entries(inner.tags).map(([tag, it]) => [prefix.tag(tag), it]),
    ),
    settings: addSettings(outer.settings, spec, inner, () => clash(`setting ${spec.as}`)),
    ...(inner.options
      ? {
          options: add(
            'options',
            outer.options ?? {},
            Object.values(inner.options).map((group) => [prefix.name(group.name), prefixOptions(group, prefix)]),
          ),
        }
      : {}),
    graphs: addGraphs(outer.graphs, inner, prefix, clash, problems, spec),
    files: [...outer.files, ...inner.files.map((file) => ({ ...file, path: `${spec.as}/${file.path}` }))].sort(
      (a, b) => (a.path < b.path ? -1 : 1),
    ),
    ...(inner.validations ? { validations: [...(outer.validations ?? []), ...prefixValidations(inner, prefix)] } : {}),
    included: [...(outer.included ?? []), ...includedOf(spec, found, prefix)],
  };
}

function includedOf(spec: IncludeSpec, found: ResolvedBase, prefix: Prefix): IncludedRelease[] {
  const { bundle: inner } = found;
  const own: IncludedRelease = {
    ...originOf(found),
    as: spec.as,
    compat: inner.compat,
    files: inner.files,
    settings: spec.settings,
    connect: spec.connect,
  };
  const deeper = (inner.included ?? []).map((it): IncludedRelease => ({
    ...it,
    as: prefix.name(it.as),
    settings: prefix.bindings(it.settings),
    connect: {
      after: it.connect.after.map((name) => prefix.name(name)),
      before: it.connect.before.map((name) => prefix.name(name)),
    },
  }));
  return [own, ...deeper];
}

function prefixRole(role: Role, prefix: Prefix): Role {
  return {
    ...role,
    name: prefix.name(role.name),
    tags: role.tags.map((tag) => prefix.tag(tag)),
    conflicts: role.conflicts.map((name) => prefix.name(name)),
  };
}

/** Those before and after an included release's deployment are before and after the whole. */
function prefixValidations({ validations = [] }: Bundle, prefix: Prefix): Validation[] {
  return validations.map((each) => {
    const id = prefix.name(each.id);
    const stage = 'task' in each.stage ? { ...each.stage, task: prefix.name(each.stage.task) } : each.stage;
    const definition = prefixDefinition(each.definition, prefix, []);
    return {
      ...each,
      id,
      stage,
      definition: { ...definition, id: validationTask(id), validation: { severity: each.severity, stage } },
    };
  });
}

function prefixOptions(group: OptionGroup, prefix: Prefix): OptionGroup {
  const options = Object.values(group.options).map((option): [string, OptionGroup['options'][string]] => [
    prefix.name(option.name),
    {
      ...option,
      name: prefix.name(option.name),
      requires: option.requires.map((name) => prefix.name(name)),
      settings: Object.keys(option.settings).length === 0 ? {} : { [prefix.as]: option.settings },
    },
  ]);
  return { ...group, name: prefix.name(group.name), options: Object.fromEntries(options) };
}

/** The included release's schema as that of one setting; what the release around it feeds is not for clusters to set. */
function addSettings(
  schema: JsonObject | null,
  spec: IncludeSpec,
  inner: Bundle,
  onClash: () => void,
): JsonObject | null {
  const { as, settings: fed } = spec;
  const own = inner.settings;
  const properties = schema?.['properties'];
  const known: JsonObject = isJsonObject(properties) ? properties : {};
  if (Object.hasOwn(known, as)) onClash();
  if (!own) return schema;
  const innerProperties = own['properties'];
  const free = Object.entries(isJsonObject(innerProperties) ? innerProperties : {}).filter(
    ([key]) => !Object.hasOwn(fed, key),
  );
  const required = own['required'];
  const stillRequired = Array.isArray(required)
    ? (required as readonly Json[]).filter((key) => typeof key !== 'string' || !Object.hasOwn(fed, key))
    : [];
  const moved = moveReferences({ ...own, properties: Object.fromEntries(free), required: stillRequired }, as);
  return { ...(schema ?? { type: 'object' }), properties: { ...known, [as]: moved } };
}

/** A reference to a place of the schema is one to where that place is now. */
function moveReferences(value: JsonObject, as: string): JsonObject {
  const move = (each: Json): Json => {
    if (Array.isArray(each)) return each.map((item: Json) => move(item));
    if (!isJsonObject(each)) return each;
    return Object.fromEntries(
      Object.entries(each).map(([key, member]) => [
        key,
        key === '$ref' && typeof member === 'string' && member.startsWith('#')
          ? `#/properties/${as}${member.slice(1)}`
          : move(member),
      ]),
    );
  };
  return move(value) as JsonObject;
}

function addGraphs(
  graphs: readonly GraphDefinition[],
  inner: Bundle,
  prefix: Prefix,
  clash: (what: string) => void,
  problems: Problem[],
  spec: IncludeSpec,
): GraphDefinition[] {
  const types = [...new Set([...graphs, ...inner.graphs].map(({ type }) => type))];
  return types.map((type) => {
    const outer = graphs.find((graph) => graph.type === type) ?? { type, metadata: {}, definitions: [] };
    const added = prefixed(
      inner.graphs.find((graph) => graph.type === type),
      prefix,
    );
    const there = new Set(outer.definitions.map(({ id }) => id));
    for (const { id } of added) {
      if (there.has(id)) clash(`task ${id}`);
      if (!NAME_PATTERN.test(id)) problems.push(tooLong(id, spec));
    }
    // A graph's metadata is the whole graph's, and so the outer release's to say.
    return { ...outer, definitions: [...outer.definitions, ...added] };
  });
}

function prefixed(graph: GraphDefinition | undefined, prefix: Prefix): TaskDefinition[] {
  const definitions = new Map((graph?.definitions ?? []).map((definition) => [definition.id, definition]));
  for (const patch of graph?.patches ?? []) {
    const patched = definitions.get(patch.patch);
    if (patched) definitions.set(patch.patch, applyPatch(patched, patch));
  }
  const ids = [...definitions.keys()];
  return [...definitions.values()].map((definition) => prefixDefinition(definition, prefix, ids));
}

function tooLong(id: string, spec: IncludeSpec): Problem {
  return problem('BUNDLE_INVALID_VALUE', {
    subject: `included release ${spec.as}`,
    summary: `has a task that would be called ${id.slice(0, 160)}, which is longer than 128 characters`,
    remedy: 'Give the included release a shorter name.',
    place: spec.place,
  });
}

/** A name that is in no graph of the release around it would connect nothing, and nobody would notice. */
function checkConnections(outer: Bundle, spec: IncludeSpec, problems: Problem[]): void {
  const others = (outer.includes ?? []).map(({ as }) => as).filter((as) => as !== spec.as);
  const known = [...outer.graphs.flatMap(({ definitions }) => definitions.map(({ id }) => id)), ...others];
  for (const name of [...spec.connect.after, ...spec.connect.before]) {
    // Tasks of another included release are named with its name in front, and it may come later.
    if (known.includes(name) || others.some((as) => name.startsWith(`${as}.`))) continue;
    problems.push(
      problem('PLAN_UNKNOWN_NAME', {
        subject: `included release ${spec.as}`,
        severity: 'error',
        summary: `is connected to ${name}, which is neither a task definition nor another included release`,
        remedy: `Correct the name.${didYouMean(name, known)}`,
        place: spec.place,
      }),
    );
  }
}
