import { didYouMean, type Bundle, type Role } from '@muster/model';
import type { Draft, OwnedDefinition } from '../draft/draft';

/** Release below plugins: a plugin's definition replaces the release's of the same id; two plugins may not share an id. */
export function mergeLayers(draft: Draft): void {
  const { release, plugins, graphType } = draft.input;
  const definitions = new Map<string, OwnedDefinition>();
  for (const owner of [release, ...plugins]) {
    for (const definition of owner.graphs.find(({ type }) => type === graphType)?.definitions ?? []) {
      const other = definitions.get(definition.id);
      if (other && other.owner.kind === 'plugin') reportClash(draft, `task ${definition.id}`, other.owner, owner);
      definitions.set(definition.id, { definition, owner });
    }
  }
  draft.definitions = definitions;
  const types = [...new Set([release, ...plugins].flatMap(({ graphs }) => graphs.map(({ type }) => type)))];
  if (!types.includes(graphType)) {
    draft.report('PLAN_UNKNOWN_GRAPH', {
      subject: `graph type ${graphType.slice(0, 80)}`,
      summary: `is in neither the release nor its plugins, which have ${types.join(', ') || 'none'}`,
      remedy: `Correct the graph type.${didYouMean(graphType, types)}`,
    });
  }
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
