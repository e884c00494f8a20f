import type { ClusterNode, Role } from '@muster/model';
import { byNaturalOrder } from './natural-order';

export interface AssignedTags {
  /** By node, in the cluster's order; `primary-X` stands in the place of `X`. */
  readonly tagsOf: ReadonlyMap<string, readonly string[]>;
  /** Tag -> node that carries its `primary-`. */
  readonly primaries: Readonly<Record<string, string>>;
}

/**
 * Tags of each node: exactly those given, else those of its roles (a role that nobody declares is its own tag). Of the
 * nodes with a tag that has a primary, one carries `primary-X` instead: the one that did before, else the first in
 * natural order. Nobody is chosen for a tag whose primary is given by hand.
 */
export function assignTags(
  nodes: readonly ClusterNode[],
  roles: ReadonlyMap<string, Role>,
  hasPrimary: (tag: string) => boolean,
  previous: Readonly<Record<string, string>>,
): AssignedTags {
  const derived = new Map<string, string[]>();
  const given = new Map<string, readonly string[]>();
  for (const node of nodes) {
    if (node.tags) given.set(node.name, [...new Set(node.tags)]);
    else derived.set(node.name, [...new Set(node.roles.flatMap((role) => roles.get(role)?.tags ?? [role]))]);
  }
  const givenTags = new Set([...given.values()].flat());
  const primaries: [string, string][] = [];
  for (const tag of [...new Set([...derived.values()].flat())].sort()) {
    if (!hasPrimary(tag) || givenTags.has(`primary-${tag}`)) continue;
    const carriers = [...derived.keys()].filter((name) => derived.get(name)?.includes(tag)).sort(byNaturalOrder);
    const before = Object.hasOwn(previous, tag) ? previous[tag] : undefined;
    const chosen = carriers.find((name) => name === before) ?? carriers[0];
    if (chosen === undefined) continue;
    primaries.push([tag, chosen]);
    derived.set(
      chosen,
      (derived.get(chosen) ?? []).map((each) => (each === tag ? `primary-${tag}` : each)),
    );
  }
  const tagsOf = new Map(nodes.map((node) => [node.name, given.get(node.name) ?? derived.get(node.name) ?? []]));
  return { tagsOf, primaries: Object.fromEntries(primaries) };
}
