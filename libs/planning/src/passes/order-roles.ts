import { byCodeUnit, type Role } from '@muster/model';
import type { Draft, DraftTask } from '../draft/draft';
import { byNaturalOrder } from '../draft/natural-order';
import { requireAll } from '../draft/require-all';
import { isRoleByRole } from '../draft/role-by-role';
import { tasksByRole } from '../draft/task-roles';
import { mergeRoles } from './merge-layers';

/**
 * Order between roles and the modes of roles, as relations. Role by role: every role is a stage, all of its tasks before
 * any task of the next. Else only roles that declare an `order` are. A task that several roles bring to a node belongs to
 * the earliest. Within a role, `serial` lets one node after the other go through the role's whole chain, in natural order, and
 * `leader` one node before all others. Tasks of master and sync point are in no role.
 */
export function orderRoles(draft: Draft): void {
  const roles = mergeRoles(draft);
  const byRole = tasksByRole(draft);
  const stages = roleStages(draft, roles, [...byRole.keys()]);
  chainStages(draft, stages, byRole);
  for (const [name, tasks] of byRole) {
    const mode = roles.get(name)?.mode ?? 'concurrent';
    if (mode !== 'concurrent') applyMode(draft, name, roles.get(name)?.tags ?? [name], mode, tasks);
  }
}

/** Names of roles, stage by stage; roles of one `order` share a stage. */
function roleStages(draft: Draft, roles: ReadonlyMap<string, Role>, names: readonly string[]): string[][] {
  const orderOf = (name: string): number | null => roles.get(name)?.order ?? null;
  const ordered = names.filter((name) => orderOf(name) !== null);
  const stages = new Map<number, string[]>();
  for (const name of ordered.sort(byCodeUnit)) {
    const order = orderOf(name) ?? 0;
    stages.set(order, [...(stages.get(order) ?? []), name]);
  }
  const first = [...stages].sort(([a], [b]) => a - b).map(([, stage]) => stage);
  if (!isRoleByRole(draft)) return first;
  const rest = groupOrder(
    draft,
    names.filter((name) => orderOf(name) === null),
  );
  return [...first, ...rest.map((name) => [name])];
}

/** Roles without an `order`: as the field's groups of that name require each other, else in natural order. */
function groupOrder(draft: Draft, names: readonly string[]): string[] {
  const left = [...names].sort(byNaturalOrder);
  const order: string[] = [];
  const before = (name: string): string[] => {
    const group = draft.definitions.get(name)?.definition;
    if (group?.type !== 'group') return [];
    return group.requires.flatMap((relation) => ('name' in relation ? [relation.name] : []));
  };
  while (left.length > 0) {
    const at = left.findIndex((name) => !before(name).some((other) => other !== name && left.includes(other)));
    order.push(...left.splice(Math.max(at, 0), 1));
  }
  return order;
}

function chainStages(
  draft: Draft,
  stages: readonly string[][],
  byRole: ReadonlyMap<string, readonly DraftTask[]>,
): void {
  const done = new Set<number>();
  let before: readonly DraftTask[] = [];
  for (const stage of stages) {
    const tasks = [...new Set(stage.flatMap((name) => byRole.get(name) ?? []))].filter((task) => !done.has(task.index));
    if (tasks.length === 0) continue;
    for (const task of tasks) done.add(task.index);
    requireAll(
      draft,
      tasks,
      before.map((task) => task.index),
    );
    before = tasks;
  }
}

function applyMode(
  draft: Draft,
  role: string,
  tags: readonly string[],
  mode: 'serial' | 'leader',
  tasks: readonly DraftTask[],
): void {
  const byNode = new Map<string, DraftTask[]>();
  for (const task of tasks) byNode.set(task.node, [...(byNode.get(task.node) ?? []), task]);
  const nodes = [...byNode.keys()].sort(byNaturalOrder);
  const chain = (node: string): readonly DraftTask[] => byNode.get(node) ?? [];
  const indices = (node: string): number[] => chain(node).map((task) => task.index);
  if (mode === 'serial') {
    for (const [at, node] of nodes.entries()) if (at > 0) requireAll(draft, chain(node), indices(nodes[at - 1] ?? ''));
    return;
  }
  const leader = chooseLeader(draft, role, tags, nodes);
  requireAll(draft, nodes.filter((node) => node !== leader).flatMap(chain), indices(leader));
}

/** The role's primary, else the leader of before, else the first in natural order; remembered with the primaries. */
function chooseLeader(draft: Draft, role: string, tags: readonly string[], nodes: readonly string[]): string {
  const primary = nodes.find((node) =>
    draft.places.tags(node).some((tag) => tags.some((own) => tag === `primary-${own}`)),
  );
  const key = leaderKey(role);
  const { previousPrimaries = {} } = draft.input;
  const before = Object.hasOwn(previousPrimaries, key) ? previousPrimaries[key] : undefined;
  const leader = primary ?? nodes.find((node) => node === before) ?? nodes[0] ?? '';
  if (primary === undefined) draft.primaries = { ...draft.primaries, [key]: leader };
  return leader;
}

/** Under which the leader of a role without a primary stands among the primaries; no tag has a colon. */
function leaderKey(role: string): string {
  return `leader:${role}`;
}
