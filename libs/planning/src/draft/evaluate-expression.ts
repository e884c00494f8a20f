import type { Json } from '@muster/model';
import type { EvaluationFailure, EvaluationPlace, ExpressionText } from '../evaluator';
import type { Draft, DraftTask } from './draft';
import { evaluateWithin } from './evaluate-within';
import type { Spender } from './expression-work';

/** The value of an expression on the task's node; null after a problem, which is reported, and once expressions have cost too much. */
export function evaluateText(
  draft: Draft,
  task: DraftTask,
  text: string,
  at: string,
  state: 'new' | 'previous' = 'new',
): { readonly value: Json } | null {
  const evaluation = evaluateWithin(draft, spenderOf(task, at), () =>
    draft.evaluator.evaluate({ language: 'yaql', text }, placeOf(draft, task, state)),
  );
  // What the previous state cannot answer is no fault of anybody: a setting that is new was not there.
  if (evaluation === null || (!evaluation.ok && state === 'previous')) return null;
  return evaluation.ok ? evaluation : reportFault(draft, task, text, at, evaluation);
}

/** Whether the task's condition holds on its node; null after a problem, which is reported with the node. */
export function evaluateConditionText(
  draft: Draft,
  task: DraftTask,
  expression: ExpressionText,
): { readonly holds: boolean; readonly because?: string } | null {
  const evaluation = evaluateWithin(draft, spenderOf(task, 'condition'), () =>
    draft.evaluator.evaluateCondition(expression, placeOf(draft, task, 'new')),
  );
  if (evaluation === null) return null;
  return evaluation.ok ? evaluation : reportFault(draft, task, expression.text, 'condition', evaluation);
}

function spenderOf({ definition }: DraftTask, at: string): Spender {
  return { subject: `task ${definition.id}`, at, place: definition.place };
}

function placeOf(draft: Draft, { definition, node }: DraftTask, state: 'new' | 'previous'): EvaluationPlace {
  const { id, scope } = definition;
  return { definition: id, node, tags: draft.places.tags(node), state, ...(scope === undefined ? {} : { scope }) };
}

/** Characters of an expression that are shown. */
const SHOWN_MAX = 300;

/** An expression as the detail of a problem. */
export function shownExpression(text: string): string {
  return `expression: ${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text}`;
}

function reportFault(
  draft: Draft,
  task: DraftTask,
  text: string,
  at: string,
  { summary, isUnreadable }: EvaluationFailure,
): null {
  const { definition } = task;
  const fault = {
    summary: `the expression in \`${at}\`: ${summary}`,
    detail: shownExpression(text),
    place: { ...definition.place, path: at },
  };
  // What cannot be read anywhere has nothing to do with nodes.
  if (isUnreadable) draft.report('PLAN_EXPRESSION_FAILED', { ...fault, subject: `task ${task.definition.id}` });
  else draft.reportTask('PLAN_EXPRESSION_FAILED', task, fault);
  return null;
}
