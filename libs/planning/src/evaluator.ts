import { isJsonObject, type Json } from '@muster/model';

/** Where an expression is evaluated. */
export interface EvaluationPlace {
  readonly definition: string;
  /** A node's name, `sync` or `master`. */
  readonly node: string;
  /** The node's tags, `primary-` included; empty for `sync`. */
  readonly tags: readonly string[];
  /** `previous`: as if the state of the task's last success on the node were the present one. Absent: `new`. */
  readonly state?: 'new' | 'previous';
}

export type Evaluation =
  /** `because` says for people what made the value so ("input ntp_servers changed"). */
  | { readonly ok: true; readonly value: Json; readonly because?: string }
  /** `summary` says what went wrong and where in the expression. */
  | { readonly ok: false; readonly summary: string };

/**
 * Evaluates expressions on a node, against its new and previous state, which it knows. Must be pure: the same
 * expression at the same place gives the same value. Never throws.
 */
export interface Evaluator {
  evaluate(
    expression: { readonly language: 'yaql' | 'legacy'; readonly text: string },
    place: EvaluationPlace,
  ): Evaluation;
  /** Evaluates a graph's `node_filter` about a node: its attributes, settings, name, roles and tags. Absent: cannot. */
  evaluateFilter?(text: string, place: EvaluationPlace): Evaluation;
}

/** As conditions are read: false, null, zero and everything empty are false. */
export function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}
