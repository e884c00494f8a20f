import type { Json } from '@muster/model';

/** Where an expression is evaluated. */
export interface EvaluationPlace {
  readonly definition: string;
  /** A node's name, `sync` or `master`. */
  readonly node: string;
  /** The node's tags, `primary-` included; empty for `sync`. */
  readonly tags: readonly string[];
  /** The included release whose settings it sees, as `TaskDefinition.scope`. Absent: the cluster's. */
  readonly scope?: string;
  /** `previous`: as if the state of the task's last success on the node were the present one. Absent: `new`. */
  readonly state?: 'new' | 'previous';
}

export interface ExpressionText {
  readonly language: 'yaql' | 'legacy';
  readonly text: string;
}

/** `summary` says what went wrong and where in the expression. */
export interface EvaluationFailure {
  readonly ok: false;
  readonly summary: string;
  /** True: the text is no expression, wherever it is evaluated. */
  readonly isUnreadable?: boolean;
}

export type Evaluation = { readonly ok: true; readonly value: Json } | EvaluationFailure;

export type ConditionEvaluation =
  /** `because` says for people what made it so ("Changed: ntp_servers: 2 -> 3 values."). */
  { readonly ok: true; readonly holds: boolean; readonly because?: string } | EvaluationFailure;

/**
 * Evaluates expressions on a node, against its new and previous state, which it knows. Must be pure: the same
 * expression at the same place gives the same value. Never throws.
 */
export interface Evaluator {
  evaluate(expression: ExpressionText, place: EvaluationPlace): Evaluation;
  evaluateCondition(expression: ExpressionText, place: EvaluationPlace): ConditionEvaluation;
  /** A graph's `node_filter` about a node: its attributes, settings, name, roles and tags. */
  evaluateFilter(text: string, place: EvaluationPlace): ConditionEvaluation;
}
