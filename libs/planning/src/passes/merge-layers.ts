import {
  didYouMean,
  type Bundle,
  type GraphDefinition,
  type JsonObject,
  type Role,
  type TaskDefinition,
  type TaskPatch,
  VALIDATIONS_GRAPH,
} from '@muster/model';
import { applyPatch, sharedFields } from '../draft/apply-patch';
import type { Draft, OwnedDefinition } from '../draft/draft';

/**
 * Release below plugins below the cluster: a higher layer's definition replaces one of the same id, its patches change
 * single fields. Two plugins may not define the same id, nor patch the same field of one definition.
 */
export function mergeLayers(draft: Draft): void {
  const { cluster, release, plugins, graphType } = draft.input;
  const definitions = new Map<string, OwnedDefinition>();
  const owners = new Owners();
  for (const owner of [release, ...plugins]) {
    for (const definition of graphOf(owner.graphs, graphType)?.definitions ?? []) {
      const other = definitions.get(definition.id);
      if (other && other.owner.kind === 'plugin') reportClash(draft, `task ${definition.id}`, other.owner, owner);
      definitions.set(definition.id, owned(definition, owner, other, owners));
    }
  }
  patchByBundles(draft, definitions);
  const own = graphOf(cluster.graphs ?? [], graphType);
  // Files that a cluster's definition names are those of what it replaces, else the release's.
  for (const definition of own?.definitions ?? [])
    definitions.set(definition.id, replacing(definition, definitions.get(definition.id), release));
  for (const patch of own?.patches ?? []) patchDefinition(draft, definitions, patch);
  draft.definitions = definitions;
  draft.metadata = Object.assign(
    {},
    ...[release, ...plugins].map(({ graphs }) => graphOf(graphs, graphType)?.metadata ?? {}),
  ) as JsonObject;
  draft.filterPlace =
    [release, ...plugins]
      .reverse()
      .map(({ graphs }) => graphOf(graphs, graphType))
      .find((graph) => graph && Object.hasOwn(graph.metadata, 'node_filter'))?.filterPlace ?? null;
  const types = [
    ...new Set([release, ...plugins, cluster].flatMap(({ graphs }) => (graphs ?? []).map(({ type }) => type))),
  ];
  const hasValidations = [release, ...plugins].some(({ validations = [] }) => validations.length > 0);
  if (!types.includes(graphType) && !(hasValidations && graphType === VALIDATIONS_GRAPH)) {
    draft.report('PLAN_UNKNOWN_GRAPH', {
      subject: `graph type ${graphType.slice(0, 80)}`,
      summary: `is in neither the release nor its plugins, which have ${types.join(', ') || 'none'}`,
      remedy: `Correct the graph type.${didYouMean(graphType, types)}`,
    });
  }
}

/** A definition of an included release finds its files in that one. */
class Owners {
  readonly #known = new Map<string, Bundle>();

  of({ scope }: TaskDefinition, bundle: Bundle): Bundle {
    const included = scope === undefined ? undefined : bundle.included?.find(({ as }) => as === scope);
    if (!included) return bundle;
    const { name, version, compat, files, as } = included;
    const known = this.#known.get(as) ?? { ...bundle, name, version, compat, files };
    this.#known.set(as, known);
    return known;
  }
}

/** A plugin that replaces a task of an included release says it in that one's terms, with files of its own. */
function owned(
  definition: TaskDefinition,
  bundle: Bundle,
  below: OwnedDefinition | undefined,
  owners: Owners,
): OwnedDefinition {
  const scope = definition.scope ?? below?.definition.scope;
  const scoped = scope === undefined ? definition : { ...definition, scope };
  return { definition: scoped, owner: owners.of(definition, bundle) };
}

function replacing(definition: TaskDefinition, below: OwnedDefinition | undefined, release: Bundle): OwnedDefinition {
  const scope = below?.definition.scope;
  return {
    definition: scope === undefined ? definition : { ...definition, scope },
    owner: below?.owner ?? release,
  };
}

function graphOf<T extends GraphDefinition>(graphs: readonly T[], type: string): T | undefined {
  return graphs.find((graph) => graph.type === type);
}

/** After all definitions are there, since a plugin may patch those of another one. */
function patchByBundles(draft: Draft, definitions: Map<string, OwnedDefinition>): void {
  const { release, plugins, graphType } = draft.input;
  const applied = new Map<string, { patch: TaskPatch; owner: Bundle }[]>();
  for (const owner of [release, ...plugins]) {
    for (const patch of graphOf(owner.graphs, graphType)?.patches ?? []) {
      const others = applied.get(patch.patch) ?? [];
      for (const other of others) {
        const shared = owner.kind === 'plugin' && other.owner.kind === 'plugin' ? sharedFields(other.patch, patch) : [];
        if (shared.length > 0) reportPatchClash(draft, patch.patch, shared, other.owner, owner);
      }
      applied.set(patch.patch, [...others, { patch, owner }]);
      patchDefinition(draft, definitions, patch);
    }
  }
}

function patchDefinition(draft: Draft, definitions: Map<string, OwnedDefinition>, patch: TaskPatch): void {
  const owned = definitions.get(patch.patch);
  if (owned) {
    definitions.set(patch.patch, { ...owned, definition: applyPatch(owned.definition, patch) });
    return;
  }
  draft.report('PLAN_UNKNOWN_TASK', {
    subject: `task ${patch.patch}`,
    summary: 'is patched, and no layer below defines it',
    remedy: `Correct the name.${didYouMean(patch.patch, definitions.keys())}`,
    place: patch.place,
  });
}

function reportPatchClash(draft: Draft, id: string, fields: readonly string[], one: Bundle, other: Bundle): void {
  draft.report('PLAN_DEFINITION_CLASH', {
    subject: `task ${id}`,
    summary: `is patched by the plugins ${one.name}@${one.version} and ${other.name}@${other.version}, which both set ${fields.slice(0, 10).join(', ')}`,
    remedy: 'Leave one of the plugins out, or let the cluster file say what is meant, without them.',
  });
}

/** Roles of release and plugins by name; a plugin's replaces the release's, two plugins may not share one. */
export function mergeRoles(draft: Draft): ReadonlyMap<string, Role> {
  const roles = new Map<string, { role: Role; owner: Bundle }>();
  for (const owner of [draft.input.release, ...draft.input.plugins]) {
    for (const role of Object.values(owner.roles)) {
      const other = roles.get(role.name);
      if (other && other.owner.kind === 'plugin') reportClash(draft, `role ${role.name}`, other.owner, owner);
      roles.set(role.name, { role, owner });
    }
  }
  return new Map([...roles].map(([name, { role }]) => [name, role]));
}

function reportClash(draft: Draft, subject: string, one: Bundle, other: Bundle): void {
  draft.report('PLAN_DEFINITION_CLASH', {
    subject,
    summary: `is defined by the plugins ${one.name}@${one.version} and ${other.name}@${other.version}`,
  });
}
