import {
  canonicalJson,
  didYouMean,
  VALIDATIONS_GRAPH,
  type Bundle,
  type Expression,
  type Relation,
  type TaskDefinition,
  type Validation,
} from '@muster/model';
import type { Draft, OwnedDefinition } from '../draft/draft';
import { isStaged } from '../draft/staged';
import { requireAll } from '../draft/require-all';

/**
 * Adds the validations of release and plugins to the graphs that they belong to. One before a task comes after what that task
 * comes after, and the task after it; one after a task comes before what comes after that task. The graph of validations alone
 * has them all, in no order.
 */
export function stageValidations(draft: Draft): void {
  const { release, plugins, graphType } = draft.input;
  const definitions = new Map(draft.definitions);
  const added: Validation[] = [];
  for (const bundle of [release, ...plugins])
    for (const validation of bundle.validations ?? []) {
      if (graphType !== VALIDATIONS_GRAPH && !validation.graphs.includes(graphType)) continue;
      if (add(draft, definitions, validation, bundle)) added.push(validation);
    }
  draft.definitions = definitions;
  if (graphType === VALIDATIONS_GRAPH) return;
  for (const validation of added) stage(draft, definitions, validation);
}

function add(draft: Draft, definitions: Map<string, OwnedDefinition>, validation: Validation, owner: Bundle): boolean {
  const { definition } = validation;
  const other = definitions.get(definition.id);
  if (other) {
    draft.report('PLAN_NAME_TAKEN', {
      subject: `task ${definition.id}`,
      summary: `does the checking of a validation of ${owner.name}, and ${other.owner.name} has a definition of that name`,
      place: definition.place,
    });
    return false;
  }
  const included = owner.included?.find(({ as }) => as === definition.scope);
  const { name, version, compat, files } = included ?? owner;
  definitions.set(definition.id, {
    definition: { ...definition, ...placement(draft, validation) },
    owner: included ? { ...owner, name, version, compat, files } : owner,
  });
  return true;
}

/** Where it says, else where the task is that it is about, else on every node. */
function placement(draft: Draft, { definition, stage: at, graphs }: Validation): Partial<TaskDefinition> {
  if (definition.tags !== null || definition.roles !== null) return {};
  const { release, plugins } = draft.input;
  const target =
    'task' in at
      ? [release, ...plugins]
          .flatMap((bundle) => bundle.graphs.filter(({ type }) => graphs.includes(type)))
          .flatMap(({ definitions }) => definitions)
          .find(({ id }) => id === at.task)
      : undefined;
  if (!target) return { roles: '*' };
  const { tags, roles, groups } = target;
  return { tags, roles, groups };
}

function stage(
  draft: Draft,
  definitions: Map<string, OwnedDefinition>,
  { definition: read, stage: at }: Validation,
): void {
  const definition = definitions.get(read.id)?.definition ?? read;
  if (at.kind !== 'before' && at.kind !== 'after') return;
  const target = definitions.get(at.task);
  if (!target) {
    draft.report('PLAN_UNKNOWN_TASK', {
      subject: `task ${definition.id}`,
      summary: `is to check ${at.kind} ${at.task.slice(0, 80)}, which the graph does not have`,
      remedy: `Correct the name of the task.${didYouMean(at.task, definitions.keys())}`,
      place: definition.place,
    });
    return;
  }
  const change = (id: string, changed: Partial<TaskDefinition>): void => {
    const owned = definitions.get(id);
    if (owned) definitions.set(id, { ...owned, definition: { ...owned.definition, ...changed } });
  };
  // A check where the task is goes node by node; one elsewhere is about the task everywhere.
  const isBeside = placeOf(definition) === placeOf(target.definition);
  if (at.kind === 'before') {
    const { requires, crossDepends, after } = target.definition;
    change(definition.id, { requires, crossDepends, after });
    const { id } = definition;
    change(at.task, isBeside ? { requires: [...requires, { name: id }] } : { after: [...after, id] });
    // Whoever says that it comes before the task comes before its check as well.
    copyRelations(definitions, at.task, id, ['requiredFor', 'crossDependedBy']);
    return;
  }
  const { requiredFor, crossDependedBy } = target.definition;
  const own = isBeside ? { requires: [{ name: at.task }] } : { after: [at.task] };
  change(definition.id, { ...own, requiredFor, crossDependedBy });
  if (isBeside) copyRelations(definitions, at.task, definition.id, ['requires', 'crossDepends', 'after']);
  else letFollow(definitions, at.task, definition.id);
}

/** Whoever comes after the task by a relation of its own comes after all of its checks. */
function letFollow(definitions: Map<string, OwnedDefinition>, task: string, check: string): void {
  for (const [id, owned] of definitions) {
    const { requires, crossDepends, after } = owned.definition;
    const follows =
      after.includes(task) || [...requires, ...crossDepends].some((each) => 'name' in each && each.name === task);
    if (id !== check && follows)
      definitions.set(id, { ...owned, definition: { ...owned.definition, after: [...after, check] } });
  }
}

function placeOf({ tags, roles, groups }: TaskDefinition): string {
  return canonicalJson(tags ?? roles ?? groups);
}

type RelationKey = 'requires' | 'requiredFor' | 'crossDepends' | 'crossDependedBy' | 'after';

/** Gives everybody who relates to `task` the same relation to `check`. Patterns stand for tasks, and are left alone. */
function copyRelations(
  definitions: Map<string, OwnedDefinition>,
  task: string,
  check: string,
  keys: readonly RelationKey[],
): void {
  for (const [id, owned] of definitions) {
    if (id === check) continue;
    const changed: Partial<Record<RelationKey, readonly (string | Relation | Expression)[]>> = {};
    for (const key of keys) {
      const written: readonly (string | Relation | Expression)[] = owned.definition[key];
      const copies = written.flatMap((each): (string | Relation)[] => {
        if (typeof each === 'string') return each === task ? [check] : [];
        return 'name' in each && each.name === task ? [{ ...each, name: check }] : [];
      });
      if (copies.length > 0) changed[key] = [...written, ...copies];
    }
    if (Object.keys(changed).length > 0)
      definitions.set(id, { ...owned, definition: { ...owned.definition, ...(changed as Partial<TaskDefinition>) } });
  }
}

/**
 * Everything comes after the validations before the deployment, and those after it after everything. A fatal one that fails so
 * blocks all of it; a warning counts as done however it ends.
 */
export function orderValidations(draft: Draft): void {
  if (draft.input.graphType === VALIDATIONS_GRAPH) return;
  const kinds = { 'pre-deployment': [] as typeof draft.tasks, 'post-deployment': [] as typeof draft.tasks };
  for (const task of draft.tasks) {
    const kind = task.definition.validation?.stage.kind;
    if (kind === 'pre-deployment' || kind === 'post-deployment') kinds[kind].push(task);
  }
  const [before, behind] = [kinds['pre-deployment'], kinds['post-deployment']];
  if (before.length === 0 && behind.length === 0) return;
  const indices = (tasks: typeof draft.tasks): number[] => tasks.map(({ index }) => index);
  const others = draft.tasks.filter(({ definition }) => !isStaged(definition));
  requireAll(draft, [...others, ...behind], indices(before));
  requireAll(draft, behind, indices(others));
}
