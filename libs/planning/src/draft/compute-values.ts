import { isExpression, isJsonObject, writtenLength, type Json, type JsonObject } from '@muster/model';
import type { Draft, DraftTask } from './draft';
import { evaluateText } from './evaluate-expression';

/** Characters of all that expressions give in one plan, written out: a plan is one text in the end. */
const COMPUTED_MAX = 100_000_000;

/** True if the value is an expression or one is somewhere in it. */
export function containsExpression(value: Json): boolean {
  if (Array.isArray(value)) return value.some((each: Json) => containsExpression(each));
  return isExpression(value) || (isJsonObject(value) && Object.values(value).some(containsExpression));
}

/** The mapping with each expression in it replaced by its value on the task's node; empty after a problem, which is reported. */
export function computeObject(
  draft: Draft,
  task: DraftTask,
  object: JsonObject,
  at: string,
  state: 'new' | 'previous' = 'new',
): JsonObject {
  const value = compute(draft, task, object, at, state);
  if (isJsonObject(value)) return value;
  if (draft.work.isOver) return {};
  draft.reportTask('PLAN_EXPRESSION_FAILED', task, {
    summary: `the expression for \`${at}\` gave no mapping`,
    place: task.definition.place,
  });
  return {};
}

function compute(draft: Draft, task: DraftTask, value: Json, at: string, state: 'new' | 'previous'): Json {
  if (Array.isArray(value))
    return value.map((each: Json, index) => compute(draft, task, each, `${at}.${index}`, state));
  if (!isJsonObject(value)) return value;
  if (isExpression(value)) {
    if (draft.computed > COMPUTED_MAX) return null;
    const computed = evaluateText(draft, task, value.yaql_exp, at, state)?.value ?? null;
    draft.computed += writtenLength(computed, COMPUTED_MAX);
    if (draft.computed <= COMPUTED_MAX) return computed;
    reportTooLarge(draft, task, at);
    return null;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, compute(draft, task, member, `${at}.${key}`, state)]),
  );
}

/** Said once: nothing more is computed after it. */
function reportTooLarge(draft: Draft, task: DraftTask, at: string): void {
  draft.reportTask('PLAN_TOO_LARGE', task, {
    summary: `with what the expression in \`${at}\` gives, computed values come to more than ${COMPUTED_MAX} characters`,
    remedy: 'Let the expression give the part of the settings that is needed, and not the same many times.',
    place: { ...task.definition.place, path: at },
  });
}
