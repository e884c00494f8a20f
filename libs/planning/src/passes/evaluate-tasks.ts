import {
  isExpression,
  isJsonObject,
  TYPES_WITHOUT_WORK,
  type Json,
  type JsonObject,
  type TaskDefinition,
  type TaskReason,
} from '@muster/model';
import type { Draft, DraftTask } from '../draft/draft';
import { evaluateText, type Expressed } from '../draft/evaluate-expression';
import { isTruthy } from '../evaluator';

/** Says of each task whether it runs and why, and computes its parameters. What is skipped keeps its parameters as written. */
export function evaluateTasks(draft: Draft): void {
  const computed = new Map<TaskDefinition, boolean>();
  for (const task of draft.tasks) {
    const { definition } = task;
    [task.action, task.reason] = decide(draft, task);
    const hasExpression = computed.get(definition) ?? containsExpression(definition.parameters);
    computed.set(definition, hasExpression);
    if (task.action === 'run' && hasExpression) task.parameters = computeObject(draft, task, definition.parameters);
  }
}

const NO_WORK: TaskReason = { code: 'no-work', text: 'Has no work of its own; others order themselves against it.' };
const NO_INPUTS: TaskReason = { code: 'no-inputs', text: 'Declares no inputs, so it runs every time.' };
const NEW: TaskReason = { code: 'new', text: 'No earlier success on this node is known.' };
const FORCED: TaskReason = { code: 'forced', text: 'Everything was asked to run.' };

function decide(draft: Draft, task: DraftTask): ['run' | 'skip', TaskReason] {
  const { definition } = task;
  if (TYPES_WITHOUT_WORK.has(definition.type)) return ['skip', NO_WORK];
  const condition = evaluateCondition(draft, task);
  if (!condition.holds)
    return ['skip', { code: 'condition-false', text: condition.because ?? 'Its condition is false.' }];
  if (draft.input.options?.force) return ['run', FORCED];
  if (condition.computed)
    return ['run', { code: 'condition-true', text: condition.because ?? 'Its condition is true.' }];
  return ['run', definition.inputs === null ? NO_INPUTS : NEW];
}

interface Condition {
  readonly holds: boolean;
  readonly computed: boolean;
  readonly because?: string;
}

function evaluateCondition(draft: Draft, task: DraftTask): Condition {
  const { condition } = task.definition;
  if (condition === null) return { holds: true, computed: false };
  if (typeof condition === 'boolean') return { holds: condition, computed: false };
  if (typeof condition === 'string' && /^\s*(true|false)\s*$/i.test(condition))
    return { holds: condition.trim().toLowerCase() === 'true', computed: false };
  const expression: Expressed = isExpression(condition)
    ? { language: 'yaql', text: condition.yaql_exp }
    : { language: 'legacy', text: condition };
  const evaluation = evaluateText(draft, task, expression, 'condition');
  // A condition that could not be evaluated is reported, and the plan refused; the rest is checked as if it held.
  if (!evaluation) return { holds: true, computed: false };
  return {
    holds: isTruthy(evaluation.value),
    computed: true,
    ...(evaluation.because === undefined ? {} : { because: evaluation.because }),
  };
}

function containsExpression(value: Json): boolean {
  if (Array.isArray(value)) return value.some((each: Json) => containsExpression(each));
  return isExpression(value) || (isJsonObject(value) && Object.values(value).some(containsExpression));
}

function computeObject(draft: Draft, task: DraftTask, parameters: JsonObject): JsonObject {
  const value = compute(draft, task, parameters, 'parameters');
  if (isJsonObject(value)) return value;
  draft.report('PLAN_EXPRESSION_FAILED', {
    subject: `task ${task.address}`,
    summary: 'the expression for `parameters` gave no mapping',
    place: task.definition.place,
  });
  return {};
}

function compute(draft: Draft, task: DraftTask, value: Json, at: string): Json {
  if (Array.isArray(value)) return value.map((each: Json, index) => compute(draft, task, each, `${at}.${index}`));
  if (!isJsonObject(value)) return value;
  if (isExpression(value))
    return evaluateText(draft, task, { language: 'yaql', text: value.yaql_exp }, at)?.value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, compute(draft, task, member, `${at}.${key}`)]),
  );
}
