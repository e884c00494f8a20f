import { byCodeUnit, didYouMean, MASTER, SYNC_POINT, type Placement, type TaskDefinition } from '@muster/model';
import type { Draft, OwnedDefinition } from '../draft/draft';
import { isAtSyncPoint } from '../draft/at-sync-point';
import type { Selected } from '../draft/places';

/** Puts each definition on its nodes: by tags, else roles, else groups; `stage` on the sync point; members of groups on the groups' nodes too. */
export function placeDefinitions(draft: Draft): void {
  for (const owned of draft.definitions.values()) {
    const { definition } = owned;
    if (definition.type === 'group') continue;
    for (const node of nodesOf(draft, definition)) draft.addTask(owned, node);
  }
  for (const { definition } of draft.definitions.values())
    if (definition.type === 'group') placeMembers(draft, definition);
  for (const owned of draft.definitions.values())
    if (owned.definition.type !== 'group' && !draft.placed.has(owned.definition.id)) leaveOut(draft, owned);
  draft.leftOut.sort((a, b) => byCodeUnit(a.definition, b.definition));
  // Of a graph that nobody has, that is all there is to say.
  if (draft.tasks.length === 0 && !draft.problems.some(({ code }) => code === 'PLAN_UNKNOWN_GRAPH'))
    draft.report('PLAN_EMPTY', {
      subject: `cluster ${draft.input.cluster.name}`,
      summary:
        `has no task in the graph ${draft.input.graphType}` +
        (draft.filteredOut.length > 0 ? `, whose node filter leaves out ${draft.filteredOut.length} nodes` : ''),
    });
  const onMaster = draft.tasks.filter((task) => task.node === MASTER);
  if (onMaster.length > 0 && draft.input.cluster.master === null) {
    const names = onMaster.slice(0, 5).map((task) => task.definition.id);
    draft.report('PLAN_NO_MASTER', {
      subject: `cluster ${draft.input.cluster.name}`,
      summary: `names no master, and ${onMaster.length} ${onMaster.length === 1 ? 'task is' : 'tasks are'} placed there: ${names.join(', ')}${onMaster.length > 5 ? ', ...' : ''}`,
    });
  }
}

/** Nodes of a definition in natural order; what its selector gets wrong is reported. */
export function nodesOf(draft: Draft, definition: TaskDefinition): readonly string[] {
  if (isAtSyncPoint(definition)) return [SYNC_POINT];
  const placement = placementOf(definition);
  if (placement === null) return [];
  const selected = draft.places.placed(placement);
  reportSelector(draft, definition, selected);
  return selected.nodes.filter((node) => node !== SYNC_POINT);
}

/** What a selector of nodes gets wrong, as problems of the definition that has it. */
export function reportSelector(draft: Draft, definition: TaskDefinition, selected: Selected): void {
  for (const pattern of selected.badPatterns) {
    draft.report('PLAN_BAD_PATTERN', {
      subject: `task ${definition.id}`,
      summary: `has the role ${pattern.slice(0, 80)}, which is no regular expression that can be used`,
      place: definition.place,
    });
  }
  for (const word of selected.plainWords) {
    draft.report('PLAN_PLAIN_STAR', {
      subject: `task ${definition.id}`,
      summary: `has \`${word}\` in a list of roles, where it is only a name`,
      place: definition.place,
    });
  }
}

function placementOf({ tags, roles, groups }: TaskDefinition): Placement | null {
  return tags ?? roles ?? groups;
}

function placeMembers(draft: Draft, group: TaskDefinition): void {
  const nodes = nodesOf(draft, group);
  if (nodes.length === 0) return;
  for (const id of group.tasks) {
    const owned = draft.definitions.get(id);
    if (owned && owned.definition.type !== 'group') {
      if (!isAtSyncPoint(owned.definition)) for (const node of nodes) draft.addTask(owned, node);
      continue;
    }
    draft.report('PLAN_UNKNOWN_TASK', {
      subject: `group ${group.id}`,
      summary: owned
        ? `has the group ${id.slice(0, 80)} as a member`
        : `has the member ${id.slice(0, 80)}, which does not exist`,
      remedy: `Correct the name, or remove it from the group.${owned ? '' : didYouMean(id, draft.definitions.keys())}`,
      place: group.place,
    });
  }
}

function leaveOut(draft: Draft, { definition }: OwnedDefinition): void {
  const placement = placementOf(definition);
  const wanted = placement === null ? null : placement === '*' ? 'any tag' : placement.join(', ').slice(0, 200);
  draft.leftOut.push({
    definition: definition.id,
    reason:
      wanted === null
        ? { code: 'no-placement', text: 'It has neither tags nor roles nor groups.' }
        : { code: 'no-node', text: `No node has ${wanted === 'any tag' ? wanted : `a tag of ${wanted}`}.` },
  });
}
