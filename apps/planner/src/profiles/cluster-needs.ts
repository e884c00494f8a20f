import type { ClusterSpec } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { type EntityManager, In, IsNull } from 'typeorm';
import { NodeRow } from '../nodes/node.entity';
import { ProfileRow } from './profile.entity';
import { misfitsOf } from './profiles';

/** What a cluster wants of one role, and what there is. */
export interface RoleNeed {
  readonly role: string;
  /** Null: any machine does. */
  readonly profile: string | null;
  /** Null: as many as it is given. */
  readonly needed: number | null;
  /** Its nodes, and how many of them fit. */
  readonly assigned: number;
  readonly has: number;
  readonly missing: number;
  /** Nodes of the role that do not fit, and why. */
  readonly misfits: readonly { readonly node: string; readonly why: readonly string[] }[];
  /** Nodes in no cluster that fit; at most a hundred. */
  readonly candidates: readonly string[];
}

const CANDIDATES_MAX = 100;

/** The roles that a cluster file says a number or a profile of, by name. */
export async function clusterNeeds(
  on: EntityManager,
  project: string,
  { counts = {}, profiles = {}, nodes }: Pick<ClusterSpec, 'counts' | 'profiles' | 'nodes'>,
): Promise<readonly RoleNeed[]> {
  const roles = [...new Set([...Object.keys(counts), ...Object.keys(profiles)])].sort();
  if (roles.length === 0) return [];
  const named = [...new Set(Object.values(profiles))];
  const known = new Map((await on.findBy(ProfileRow, { project, name: In(named) })).map((row) => [row.name, row]));
  const mine = await on.findBy(NodeRow, { project, name: In(nodes.map(({ name }) => name)) });
  const rows = new Map(mine.map((row) => [row.name, row]));
  const free = (await on.find(NodeRow, { where: { project, clusterId: IsNull() }, order: { name: 'ASC' } })).filter(
    ({ state }) => state !== 'retired' && state !== 'error',
  );
  return roles.map((role): RoleNeed => {
    const profile = profiles[role] ?? null;
    const rule = profile === null ? null : (known.get(profile) ?? { name: profile, rules: null });
    const against = (row: NodeRow | undefined): readonly string[] => {
      if (rule === null) return [];
      if (rule.rules === null) return [`there is no profile ${rule.name}`];
      return row === undefined ? ['it is not registered'] : misfitsOf(row, { ...rule, rules: rule.rules });
    };
    const members = nodes.filter((node) => node.roles.includes(role)).map(({ name }) => name);
    const misfits = members.map((node) => ({ node, why: against(rows.get(node)) })).filter(({ why }) => why.length > 0);
    const has = members.length - misfits.length;
    const needed = counts[role] ?? null;
    return {
      role,
      profile,
      needed,
      assigned: members.length,
      has,
      missing: Math.max(0, (needed ?? members.length) - has),
      misfits,
      candidates: free
        .filter((row) => against(row).length === 0)
        .slice(0, CANDIDATES_MAX)
        .map(({ name }) => name),
    };
  });
}

/** Warnings of a plan: roles that have too few nodes, nodes that do not fit, nodes that do not answer. */
export function needNotes(needs: readonly RoleNeed[], nodes: readonly NodeRow[]): Problem[] {
  return [
    ...needs.flatMap(({ role, profile, needed, has, missing, misfits, candidates }) => {
      if (missing === 0) return [];
      const kind = profile === null ? 'nodes' : `nodes of profile ${profile}`;
      const why = misfits.map((each) => `${each.node}: ${each.why.join('; ')}`).join('. ');
      const fit =
        candidates.length === 0 ? 'No free node fits.' : `Free nodes that fit: ${candidates.slice(0, 10).join(', ')}.`;
      return [
        problem('PLAN_NODES_MISSING', {
          subject: `role ${role}`,
          summary: `needs ${needed ?? has + missing} ${kind}, has ${has}. ${why === '' ? '' : `${why}. `}${fit}`,
        }),
      ];
    }),
    ...nodes
      .filter(({ online }) => online === false)
      .map(({ name, lastSeenAt }) =>
        problem('PLAN_NODE_OFFLINE', {
          subject: `node ${name}`,
          summary: `did not answer when it was last looked at; last seen ${lastSeenAt?.toISOString() ?? 'never'}`,
        }),
      ),
  ];
}
