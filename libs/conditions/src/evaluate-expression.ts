import type { Json } from '@muster/model';
import { callOperator } from './compile/call-function';
import type { ExpressionContext } from './evaluate/evaluation-context';
import { Evaluation } from './evaluate/evaluation';
import { jsonOutcome } from './evaluate/json-outcome';
import { Scope } from './evaluate/scope';
import { ExpressionFault, failure, type ExpressionFailure } from './expression-fault';
import { EXPRESSION_LIMITS, type ExpressionLimits } from './limits';
import type { Expression } from './parse-expression';
import { isTrue } from './values/truth';
import { isSealed, Secret, type Value } from './values/value';

export type ExpressionOutcome =
  | {
      readonly ok: true;
      /** Secrets are sealed: those that were only passed on have their own envelope. Parts of the data are not copied. */
      readonly value: Json;
      /** True if the value has a secret in it or was computed from one. */
      readonly secret: boolean;
      readonly changes: readonly string[];
    }
  | ExpressionFailure;

export type ConditionOutcome =
  | {
      readonly ok: true;
      readonly holds: boolean;
      /** What `changed` and its like found, each in at most 200 characters without secrets; at most ten. */
      readonly changes: readonly string[];
    }
  | ExpressionFailure;

/** The value of an expression. Pure; never throws. */
export function evaluateExpression(
  expression: Expression,
  context: ExpressionContext,
  limits: Partial<ExpressionLimits> = {},
): ExpressionOutcome {
  return evaluate(expression, context, limits, (value, evaluation) => ({
    ok: true,
    ...jsonOutcome(value, evaluation),
    changes: evaluation.changes,
  }));
}

/**
 * Whether a condition holds: false, null, zero and everything empty do not. Pure; never throws. That a condition which reads a
 * secret holds or not is seen; nothing needs to be sealed for it.
 */
export function evaluateCondition(
  expression: Expression,
  context: ExpressionContext,
  limits: Partial<ExpressionLimits> = {},
): ConditionOutcome {
  return evaluate(expression, context, limits, (value, evaluation) => ({
    ok: true,
    holds: isTrue(opened(value, evaluation)),
    changes: evaluation.changes,
  }));
}

function evaluate<T>(
  expression: Expression,
  context: ExpressionContext,
  limits: Partial<ExpressionLimits>,
  finish: (value: Value, evaluation: Evaluation) => T,
): T | ExpressionFailure {
  const evaluation: Evaluation = new Evaluation(
    context,
    { ...EXPRESSION_LIMITS, ...limits },
    (operator, values, offset) => callOperator(operator, values, scope, offset),
  );
  const scope = new Scope(evaluation, evaluation.now, null, { positional: [evaluation.now.data] });
  try {
    return finish(expression.run(scope), evaluation);
  } catch (error) {
    if (error instanceof ExpressionFault) return failure(expression.source, error);
    // Only the stack can still run out; what was said of it elsewhere could name a value.
    if (error instanceof RangeError)
      return failure(
        expression.source,
        new ExpressionFault('limit', 'it is too large, or nested too deep', evaluation.offset),
      );
    throw error;
  } finally {
    evaluation.settle();
  }
}

/** Of lists and mappings it matters only whether anything is in them: that stays closed. */
function opened(value: Value, evaluation: Evaluation): Value {
  if (value instanceof Secret) return value.inner;
  return isSealed(value) ? evaluation.open(value) : value;
}
