import type { ClusterNode, ClusterSpec, Role } from '@muster/model';
import { namedTags, plainTag } from './known-tags';
import type { LintGraph } from './lint-graph';

/** A small cluster of a bundle's roles, to see what planning would make of them. */
export interface ExampleCluster {
  readonly cluster: ClusterSpec;
  /** Ends the sentence "comes before itself". */
  readonly description: string;
}

/** A role as far as it decides which nodes there are. */
type ExampleRole = Pick<Role, 'name' | 'max' | 'hasPrimary' | 'conflicts'>;

/** Each role on nodes of its own, `perRole` of them (and a primary), fewer where the role allows no more. */
export function apart(graph: LintGraph, perRole: 1 | 2): ExampleCluster {
  const nodes = rolesOf(graph).flatMap((role) => {
    const hasPrimary = role.hasPrimary || graph.tags.hasPrimary(role.name);
    const count = Math.min(perRole + (hasPrimary ? 1 : 0), role.max ?? Infinity);
    return Array.from({ length: count }, (_, at) => node(`${role.name}-${at + 1}`, [role.name]));
  });
  const count = perRole === 1 ? 'a node' : 'two nodes';
  return { cluster: cluster(nodes), description: `with ${count} for each role, named after it` };
}

/** Nodes that carry all roles that do not exclude each other, two of each kind. */
export function together(graph: LintGraph): ExampleCluster {
  const kinds: ExampleRole[][] = [];
  for (const role of rolesOf(graph)) {
    const kind = kinds.find((others) => others.every((other) => !excludes(graph, role, other)));
    if (kind) kind.push(role);
    else kinds.push([role]);
  }
  const nodes = kinds.flatMap((kind, at) =>
    [1, 2].map((number) =>
      node(
        `node-${2 * at + number}`,
        kind.filter(({ max }) => max === null || max >= number).map(({ name }) => name),
      ),
    ),
  );
  return { cluster: cluster(nodes), description: 'where nodes have several roles' };
}

/** Those that are declared, and whatever else placements name. */
function rolesOf(graph: LintGraph): readonly ExampleRole[] {
  const declared = Object.values(graph.bundle.roles).filter(({ max }) => max !== 0);
  const carried = new Set(Object.values(graph.bundle.roles).flatMap(({ name, tags }) => [name, ...tags]));
  const named = new Set(graph.definitions.flatMap(namedTags).map(plainTag));
  const others = [...named].filter((name) => !carried.has(name));
  return [...declared, ...others.map((name) => ({ name, max: null, hasPrimary: false, conflicts: [] }))];
}

function excludes({ work }: LintGraph, one: ExampleRole, other: ExampleRole): boolean {
  work.spend(0.2 + (one.conflicts.length + other.conflicts.length) / 100);
  return one.conflicts.includes(other.name) || other.conflicts.includes(one.name);
}

function node(name: string, roles: readonly string[]): ClusterNode {
  return { name, roles, tags: null, access: {}, settings: {} };
}

function cluster(nodes: readonly ClusterNode[]): ClusterSpec {
  return {
    ...{ name: 'example', environment: null, release: null, plugins: [], taskBased: null, master: null },
    ...{ settings: {}, limits: { nodesAtOnce: null } },
    nodes: nodes.filter(({ roles }) => roles.length > 0),
  };
}
