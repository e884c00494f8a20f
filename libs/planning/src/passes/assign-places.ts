import type { Role } from '@muster/model';
import { assignTags } from '../draft/assign-tags';
import type { Draft } from '../draft/draft';
import { Places } from '../draft/places';
import { mergeRoles } from './merge-layers';

/** Gives each node its tags, primaries chosen. */
export function assignPlaces(draft: Draft): void {
  const { cluster, release, plugins, previousPrimaries } = draft.input;
  const roles = mergeRoles(draft);
  const withPrimary = new Set<string>();
  for (const bundle of [release, ...plugins]) {
    for (const [tag, { hasPrimary }] of Object.entries(bundle.tags)) if (hasPrimary) withPrimary.add(tag);
  }
  for (const role of roles.values()) {
    if (!role.hasPrimary) continue;
    // A role's primary is that of the tag named like it; a role that does not carry such a tag means all it has.
    for (const tag of role.tags.includes(role.name) ? [role.name] : role.tags) withPrimary.add(tag);
  }
  const { tagsOf, primaries } = assignTags(
    cluster.nodes,
    roles,
    (tag) => withPrimary.has(tag),
    previousPrimaries ?? {},
  );
  draft.places = new Places(tagsOf);
  draft.primaries = primaries;
  draft.knownTags = knownTags(draft, roles);
}

/** Every tag that a node might have; null where no role is declared, since then any name may be one. */
function knownTags(draft: Draft, roles: ReadonlyMap<string, Role>): ReadonlySet<string> | null {
  if (roles.size === 0) return null;
  const known = new Set([...draft.places.tagsOf.values()].flat());
  for (const role of roles.values()) for (const tag of role.tags) known.add(tag);
  for (const { definition } of draft.definitions.values()) {
    for (const placement of [definition.tags, definition.roles, definition.groups])
      if (placement !== null && placement !== '*') for (const name of placement) known.add(name);
  }
  for (const tag of [...known]) known.add(`primary-${tag}`);
  return known;
}
