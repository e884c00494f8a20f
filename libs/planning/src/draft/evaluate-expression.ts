import type { Json } from '@muster/model';
import type { Draft, DraftTask } from './draft';

export interface Expressed {
  readonly language: 'yaql' | 'legacy';
  readonly text: string;
}

/**
 * The value of an expression on the task's node; null after a problem, which is reported: without an evaluator once per
 * definition and place, else with the node.
 */
export function evaluateText(
  draft: Draft,
  task: DraftTask,
  expression: Expressed,
  at: string,
  state: 'new' | 'previous' = 'new',
): { value: Json; because?: string } | null {
  const { evaluator } = draft.input;
  const { definition, node } = task;
  if (!evaluator) {
    draft.report('PLAN_EXPRESSION_UNSUPPORTED', {
      subject: `task ${definition.id}`,
      summary: `has an expression in \`${at}\``,
      place: { ...definition.place, path: at },
    });
    return null;
  }
  const evaluation = evaluator.evaluate(expression, {
    definition: definition.id,
    node,
    tags: draft.places.tags(node),
    state,
  });
  if (evaluation.ok) return evaluation;
  draft.report('PLAN_EXPRESSION_FAILED', {
    subject: `task ${task.address}`,
    summary: `the expression in \`${at}\`: ${evaluation.summary}`,
    place: { ...definition.place, path: at },
  });
  return null;
}
