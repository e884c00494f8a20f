import { didYouMean, MASTER, SYNC_POINT, type RoleSelector, type TaskDefinition } from '@muster/model';
import { type Draft, type DraftTask, relate } from '../draft/draft';
import { evaluatedRelations, type PlainRelation } from '../draft/evaluated-relations';
import { candidatesFor, chooseAny } from '../draft/choose-any';
import { requireAll } from '../draft/require-all';
import { reportSelector } from './place-definitions';

/** `requires` and `required_for`: on the same node and the sync point, unless a role says where else. */
export function resolveRelations(draft: Draft): void {
  for (const { definition } of draft.definitions.values()) {
    const tasks = draft.tasksOf(definition.id);
    for (const [key, written, direction] of [
      ['requires', definition.requires, 'before'],
      ['required_for', definition.requiredFor, 'after'],
    ] as const) {
      for (const { relation, tasks: having } of evaluatedRelations(draft, tasks, written, key)) {
        if (relation.role === undefined) relateNear(draft, definition, having, relation, direction);
        else relateFar(draft, definition, having, relation, direction);
      }
    }
  }
}

/** `cross-depends`, `cross-depended-by` and `after`: on the nodes that their role says, by default all. */
export function resolveCrossRelations(draft: Draft): void {
  for (const { definition } of draft.definitions.values()) {
    const tasks = draft.tasksOf(definition.id);
    for (const [key, written, direction] of [
      ['cross-depends', definition.crossDepends, 'before'],
      ['cross-depended-by', definition.crossDependedBy, 'after'],
    ] as const) {
      for (const { relation, tasks: having } of evaluatedRelations(draft, tasks, written, key)) {
        relateFar(draft, definition, having, { role: '*', ...relation }, direction);
      }
    }
    for (const name of definition.after) {
      const all = names(draft, definition, name).flatMap((id) => [...(draft.placed.get(id)?.values() ?? [])]);
      requireAll(draft, tasks, all);
    }
  }
}

/** Which side of the task the others of a relation are. */
type Direction = 'before' | 'after';

function relateNear(
  draft: Draft,
  definition: TaskDefinition,
  tasks: readonly DraftTask[],
  relation: PlainRelation,
  direction: Direction,
): void {
  const ids = names(draft, definition, relation.name);
  for (const task of tasks) {
    for (const id of ids) {
      for (const node of task.node === SYNC_POINT ? [SYNC_POINT] : [task.node, SYNC_POINT])
        connect(draft, task, draft.at(id, node), direction);
    }
  }
}

function relateFar(
  draft: Draft,
  definition: TaskDefinition,
  tasks: readonly DraftTask[],
  relation: PlainRelation,
  direction: Direction,
): void {
  const ids = names(draft, definition, relation.name);
  const { role = '*' } = relation;
  if (role === 'self') {
    for (const task of tasks) for (const id of ids) connect(draft, task, draft.at(id, task.node), direction);
    return;
  }
  const selected = draft.places.related(role);
  reportSelector(draft, definition, selected);
  reportUnknownRoles(draft, definition, role);
  if (relation.policy === 'any') {
    const candidates = candidatesFor(draft, ids, selected.nodes);
    tasks.forEach((task, rank) => {
      for (const other of chooseAny(task, rank, candidates)) connect(draft, task, other, direction);
    });
    return;
  }
  const others = ids.flatMap((id) =>
    selected.nodes.map((node) => draft.at(id, node)).filter((index) => index !== undefined),
  );
  if (direction === 'before') requireAll(draft, tasks, others);
  else
    requireAll(
      draft,
      others.map((index) => draft.task(index)),
      tasks.map((task) => task.index),
    );
}

/** A role that no node can have is most likely misspelt: the relation would be missing without a word. */
function reportUnknownRoles(draft: Draft, definition: TaskDefinition, role: RoleSelector): void {
  const known = draft.knownTags;
  if (known === null || role === null) return;
  const isName = (name: string): boolean => !['*', 'self', 'null', MASTER].includes(name) && !name.startsWith('/');
  for (const name of (typeof role === 'string' ? [role] : role).filter((each) => isName(each) && !known.has(each))) {
    draft.report('PLAN_UNKNOWN_ROLE', {
      subject: `task ${definition.id}`,
      summary: `relates to tasks of the role ${name.slice(0, 80)}, which no node can have`,
      remedy: `Correct the name; relations look at tags, which are those of the roles that the release declares.${didYouMean(name, known)}`,
      place: definition.place,
    });
  }
}

function connect(draft: Draft, task: DraftTask, other: number | undefined, direction: Direction): void {
  if (other === undefined) return;
  if (direction === 'before') relate(task, 'requires', [other]);
  else relate(draft.task(other), 'requires', [task.index]);
}

/** Ids that the name of a relation stands for; a name that stands for nothing is reported. */
function names(draft: Draft, definition: TaskDefinition, name: string): readonly string[] {
  const ids = draft.matching(name);
  const subject = `task ${definition.id}`;
  const shown = name.slice(0, 80);
  if (ids === null) {
    draft.report('PLAN_BAD_PATTERN', {
      subject,
      summary: `names ${shown}, which is no regular expression that can be used`,
      place: definition.place,
    });
  } else if (ids.length === 0) {
    draft.report('PLAN_UNKNOWN_NAME', {
      subject,
      summary: `names ${shown}, which ${name.startsWith('/') ? 'matches no task definition' : 'exists nowhere'}`,
      remedy: `Correct the name, or remove the relation.${didYouMean(name, draft.definitions.keys())}`,
      place: definition.place,
    });
  }
  return ids ?? [];
}
