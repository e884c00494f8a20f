import { expressionFacts, type ExpressionFacts } from './analysis/expression-facts';
import { userFunctionsOf } from './analysis/user-functions';
import { compile } from './compile/compile';
import type { Run } from './evaluate/scope';
import { ExpressionFault, failure, type ExpressionFailure } from './expression-fault';
import { EXPRESSION_LIMITS, type ExpressionLimits } from './limits';
import { parseLegacy } from './syntax/parse-legacy';
import { parseYaql } from './syntax/parse-yaql';

export type ExpressionLanguage = 'yaql' | 'legacy';

/** An expression that was read: evaluate it as often as wanted. */
export interface Expression {
  readonly language: ExpressionLanguage;
  readonly source: string;
  /** What can be known of it without evaluating. */
  readonly facts: ExpressionFacts;
  /** For `evaluateExpression`. */
  readonly run: Run;
}

export type ParsedExpression = { readonly ok: true; readonly expression: Expression } | ExpressionFailure;

/**
 * Reads an expression once for all. Never throws. Unknown functions and wrong numbers of arguments are found here, and
 * regular expressions written as texts are checked. Cost: linear in the source, which is bounded.
 */
export function parseExpression(
  language: ExpressionLanguage,
  source: string,
  limits: Partial<ExpressionLimits> = {},
): ParsedExpression {
  const { sourceLength, sourceDepth } = { ...EXPRESSION_LIMITS, ...limits };
  try {
    if (source.length > sourceLength)
      throw new ExpressionFault('limit', `an expression may have ${sourceLength} characters`, 0);
    const node = language === 'yaql' ? parseYaql(source, sourceDepth) : parseLegacy(source, sourceDepth);
    const run = compile(node, { source, userFunctions: userFunctionsOf(node) });
    return { ok: true, expression: { language, source, facts: expressionFacts(node), run } };
  } catch (error) {
    if (error instanceof ExpressionFault) return failure(source, error);
    throw error;
  }
}
