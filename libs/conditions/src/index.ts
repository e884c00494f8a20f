/**
 * Reads and evaluates the expressions of task definitions: YAQL as Fuel used it, and Fuel's older conditions.
 * Promises to be pure, never to throw, to end within bounds that are given, to see nothing but the data it is given (own keys
 * only), and that no secret and nothing computed from one leaves it unsealed.
 */
export type { ExpressionFacts, ReadPath } from './analysis/expression-facts';
export type { ExpressionContext } from './evaluate/evaluation-context';
export { EvaluationMemo } from './evaluate/evaluation-memo';
export { SharedSteps } from './evaluate/shared-steps';
export {
  evaluateCondition,
  evaluateExpression,
  type ConditionOutcome,
  type ExpressionOutcome,
} from './evaluate-expression';
export type { ExpressionFailure } from './expression-fault';
export { FUNCTION_NAMES } from './functions/function-registry';
export { EXPRESSION_LIMITS, type ExpressionLimits } from './limits';
export { parseExpression, type Expression, type ExpressionLanguage, type ParsedExpression } from './parse-expression';
export type { Position } from './position';
