import { canonicalJson, type JsonObject, type TaskReason, type ValidationMark } from '@muster/model';
import { computeObject } from '../draft/compute-values';
import type { Draft, DraftTask } from '../draft/draft';
import { describeChange } from '../previous/describe-change';
import { Fingerprints, withFingerprints } from '../previous/fingerprints';
import type { Fingerprint, PreviousSuccess } from '../previous/previous-states';

/**
 * Leaves out what did not change since it last succeeded on its node. Definitions that declare inputs run when their
 * fingerprint differs; those that declare none run always; those of the field run as their condition says. A task that
 * takes another one's output runs with it, and the other way round, since an output is there only in the deployment
 * that made it.
 */
export function comparePrevious(draft: Draft): void {
  const fingerprints = new Fingerprints(draft.input.sha256);
  for (const task of draft.tasks) {
    if (task.action === 'skip') {
      if (isFuel(task)) warnOfChange(draft, task, fingerprints);
      continue;
    }
    const inputs = task.definition.inputs && computeObject(draft, task, task.definition.inputs, 'inputs');
    task.fingerprint = fingerprints.of(task.definition, task.parameters, draft.files.of(task), inputs);
    [task.action, task.reason] = decide(draft, task, task.fingerprint, inputs, fingerprints);
  }
  followOutputs(draft);
}

const NO_INPUTS: TaskReason = { code: 'no-inputs', text: 'Declares no inputs, so it runs every time.' };
const NO_CONDITION: TaskReason = { code: 'no-condition', text: 'Has no condition, so it runs every time.' };
const ALWAYS_TRUE: TaskReason = { code: 'no-condition', text: 'Its condition is always true, so it runs every time.' };
const NEITHER: TaskReason = {
  code: 'no-condition',
  text: 'Has no condition and declares no inputs, so it runs every time.',
};
const NEW: TaskReason = { code: 'new', text: 'No earlier success on this node is known.' };
const NEW_NODE: TaskReason = { code: 'new-node', text: 'New node: nothing has succeeded on it yet.' };
const NO_RECORD: TaskReason = {
  code: 'no-record',
  text: 'The node was deployed by an older version, which kept no record of what succeeded.',
};
const FORCED: TaskReason = { code: 'forced', text: 'Everything was asked to run.' };
const UNCHANGED: TaskReason = { code: 'unchanged', text: 'Nothing changed since it last succeeded on this node.' };

function decide(
  draft: Draft,
  task: DraftTask,
  fingerprint: Fingerprint,
  inputs: JsonObject | null,
  fingerprints: Fingerprints,
): ['run' | 'skip', TaskReason] {
  const { validation } = task.definition;
  if (validation) return ['run', validationReason(validation)];
  if (draft.input.options?.force) return ['run', FORCED];
  if (isFuel(task)) return ['run', fuelReason(task)];
  if (inputs === null) return ['run', reasonWithoutInputs(task)];
  const previous = draft.input.previous?.of(task.definition.id, task.node) ?? null;
  if (!previous) return ['run', withoutSuccess(draft, task.node)];
  const before = evaluateBefore(draft, task);
  const changes = describeChanges(
    fingerprint,
    recorded(task, previous, before, fingerprints, draft),
    before,
    task,
    inputs,
  );
  return changes === null ? ['skip', UNCHANGED] : ['run', { code: 'changed', text: changes }];
}

function validationReason({ severity, stage }: ValidationMark): TaskReason {
  const when =
    'task' in stage
      ? `${stage.kind} ${stage.task}`
      : stage.kind === 'pre-deployment'
        ? 'before everything'
        : 'after everything';
  const what = severity === 'fatal' ? 'nothing after it goes on if it fails' : 'a failure is told, and all goes on';
  return { code: 'validation', text: `Checks ${when}; ${what}.` };
}

/** Why a task runs of which no success on its node is recorded. */
function withoutSuccess({ input: { previous } }: Draft, node: string): TaskReason {
  if (previous?.knows(node)) return NEW;
  return previous?.precedes?.(node) ? NO_RECORD : NEW_NODE;
}

/** A definition in the field's format may be looked at without its release: then it could have a condition, too. */
function reasonWithoutInputs({ definition, reason }: DraftTask): TaskReason {
  if (reason.code === 'condition-true') return reason;
  return definition.version !== null && definition.condition === null ? NEITHER : NO_INPUTS;
}

/** Why a task of the field runs: its condition alone decides. */
function fuelReason({ definition, reason }: DraftTask): TaskReason {
  if (reason.code === 'condition-true') return reason;
  return definition.condition === null ? NO_CONDITION : ALWAYS_TRUE;
}

/** What parameters and inputs come to in the previous state, by the present definition; made when it is asked for. */
interface Before {
  parameters(): JsonObject;
  inputs(): JsonObject;
}

function evaluateBefore(draft: Draft, task: DraftTask): Before {
  let parameters: JsonObject | null = null;
  let inputs: JsonObject | null = null;
  const { definition } = task;
  return {
    parameters: () => (parameters ??= computeObject(draft, task, definition.parameters, 'parameters', 'previous')),
    inputs: () => (inputs ??= computeObject(draft, task, definition.inputs ?? {}, 'inputs', 'previous')),
  };
}

function recorded(
  task: DraftTask,
  { fingerprint }: PreviousSuccess,
  before: Before,
  fingerprints: Fingerprints,
  draft: Draft,
): Fingerprint {
  return (
    fingerprint ??
    fingerprints.of(
      task.definition,
      before.parameters(),
      draft.files.of({ ...task, parameters: before.parameters() }),
      before.inputs(),
    )
  );
}

/** Null: nothing changed. */
function describeChanges(
  now: Fingerprint,
  then: Fingerprint,
  before: Before,
  task: DraftTask,
  inputs: JsonObject,
): string | null {
  const changes: string[] = [];
  const names = new Set([...Object.keys(now.inputs ?? {}), ...Object.keys(then.inputs ?? {})]);
  for (const name of [...names].sort()) {
    const [left, right] = [then.inputs?.[name], now.inputs?.[name]];
    if (left === right) continue;
    if (left === undefined) changes.push(`input ${name} is new`);
    else if (right === undefined) changes.push(`input ${name} is gone`);
    else changes.push(`input ${name} changed: ${describeChange(before.inputs()[name] ?? null, inputs[name] ?? null)}`);
  }
  if (now.parameters !== then.parameters)
    changes.push(`its parameters changed${keysThatDiffer(before.parameters(), task.parameters)}`);
  if (now.files !== then.files) changes.push('files that it uses changed');
  if (now.definition !== then.definition) changes.push('its definition changed');
  if (changes.length === 0) return null;
  const text = changes.join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `: cmd, env`; empty if the present definition gives the same in both states, so that its own text must have changed. */
function keysThatDiffer(before: JsonObject, after: JsonObject): string {
  const textOf = (object: JsonObject, key: string): string => canonicalJson(withFingerprints(object[key] ?? null));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differ = keys.filter((key) => textOf(before, key) !== textOf(after, key)).sort();
  return differ.length === 0 ? '' : `: ${differ.slice(0, 10).join(', ')}`;
}

function isFuel({ owner }: DraftTask): boolean {
  return owner.compat === 'fuel';
}

/** The field's conditions alone decide. That the definition is another one is worth a word, since it will not take effect. */
function warnOfChange(draft: Draft, task: DraftTask, fingerprints: Fingerprints): void {
  if (task.reason.code !== 'condition-false') return;
  const then = draft.input.previous?.of(task.definition.id, task.node)?.fingerprint;
  if (!then || then.definition === fingerprints.definition(task.definition)) return;
  draft.report('PLAN_CHANGED_BUT_SKIPPED', {
    subject: `task ${task.definition.id}`,
    summary: 'has another definition than when it last succeeded, and its condition lets it be skipped',
    place: task.definition.place,
  });
}

function followOutputs(draft: Draft): void {
  const takers = draft.tasks.filter((task) => task.takesFrom.length > 0);
  for (let changed = true; changed;) {
    changed = false;
    for (const task of takers) {
      const sources = task.takesFrom.map((index) => draft.task(index));
      if (isUnchanged(task) && sources.some(({ action }) => action === 'run')) {
        [task.action, task.reason] = [
          'run',
          {
            code: 'takes-output',
            text: `Takes an output of ${sources.find(({ action }) => action === 'run')?.address}, which runs.`,
          },
        ];
        changed = true;
      }
      if (task.action !== 'run') continue;
      for (const source of sources.filter(isUnchanged)) {
        [source.action, source.reason] = [
          'run',
          { code: 'gives-output', text: `Unchanged, but ${task.address} takes its output.` },
        ];
        changed = true;
      }
    }
  }
}

function isUnchanged({ action, reason }: DraftTask): boolean {
  return action === 'skip' && reason.code === 'unchanged';
}
