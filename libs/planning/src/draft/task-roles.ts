import { MASTER, SYNC_POINT, type Placement, type TaskDefinition } from '@muster/model';
import { mergeRoles } from '../passes/merge-layers';
import type { Draft, DraftTask } from './draft';
import { isStaged } from './staged';
import { namePattern, type NamePattern } from './name-pattern';

const PRIMARY = 'primary-';

/**
 * By index of the task: the roles of its node that bring it there, in the node's order. Empty for tasks of master and
 * sync point. A node whose tags are given counts its tags as its roles.
 */
function taskRoles(draft: Draft): readonly (readonly string[])[] {
  const rolesOfNode = new Map(
    draft.input.cluster.nodes.map((node) => [
      node.name,
      node.roles.length > 0 ? node.roles : plainTags(draft, node.name),
    ]),
  );
  const roles = mergeRoles(draft);
  const selects = placementTests(draft);
  const known = new Map<string, readonly string[]>();
  return draft.tasks.map(({ definition, repeatOf, node }) => {
    if (node === MASTER || node === SYNC_POINT || isStaged(definition)) return [];
    const own = rolesOfNode.get(node) ?? [];
    const id = repeatOf ?? definition.id;
    const key = `${id} ${own.join()}`;
    const found =
      known.get(key) ??
      own.filter((role) =>
        (roles.get(role)?.tags ?? [role]).some((tag) => selects(id, tag) || selects(id, PRIMARY + tag)),
      );
    known.set(key, found);
    return found;
  });
}

/** Tasks by the roles that bring them to their nodes; a task that several bring is in each of them. */
export function tasksByRole(draft: Draft): Map<string, DraftTask[]> {
  const byRole = new Map<string, DraftTask[]>();
  taskRoles(draft).forEach((roles, index) => {
    for (const role of roles) {
      const tasks = byRole.get(role);
      if (tasks) tasks.push(draft.task(index));
      else byRole.set(role, [draft.task(index)]);
    }
  });
  return byRole;
}

function plainTags(draft: Draft, node: string): string[] {
  return [
    ...new Set(draft.places.tags(node).map((tag) => (tag.startsWith(PRIMARY) ? tag.slice(PRIMARY.length) : tag))),
  ];
}

/** Whether a tag places a definition, by its own placement or by that of a group that it is a member of. */
function placementTests(draft: Draft): (id: string, tag: string) => boolean {
  const placements = new Map<string, Placement[]>();
  const add = (id: string, { tags, roles, groups }: TaskDefinition): void => {
    const placement = tags ?? roles ?? groups;
    if (placement !== null) placements.set(id, [...(placements.get(id) ?? []), placement]);
  };
  for (const { definition } of draft.definitions.values()) {
    if (definition.type !== 'group') add(definition.id, definition);
    else for (const member of definition.tasks) add(member, definition);
  }
  const patterns = new Map<string, NamePattern | null>();
  const isSelected = (name: string, tag: string): boolean => {
    const pattern = patterns.has(name) ? patterns.get(name) : namePattern(name);
    patterns.set(name, pattern ?? null);
    return pattern?.kind === 'regex' ? pattern.matches(tag) : name === tag;
  };
  return (id, tag) =>
    (placements.get(id) ?? []).some(
      (placement) => placement === '*' || placement.some((name) => isSelected(name, tag)),
    );
}
