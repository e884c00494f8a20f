import type { Json, JsonObject, SealedSecret } from '@muster/model';
import {
  evaluateCondition,
  evaluateExpression,
  parseExpression,
  type Expression,
  type ExpressionContext,
  type ExpressionLanguage,
  type ExpressionLimits,
  type ExpressionOutcome,
} from './index';

/** The expression; fails the test if it cannot be read. */
export function read(text: string, language: ExpressionLanguage = 'yaql'): Expression {
  const parsed = parseExpression(language, text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.summary}`);
  return parsed.expression;
}

export function outcomeOf(
  text: string,
  context: Partial<ExpressionContext> = {},
  limits: Partial<ExpressionLimits> = {},
): ExpressionOutcome {
  return evaluateExpression(read(text), { data: {}, previous: null, ...context }, limits);
}

/** The value; fails the test if there is none. */
export function valueOf(text: string, context: Partial<ExpressionContext> = {}): Json {
  const outcome = outcomeOf(text, context);
  if (!outcome.ok) throw new Error(`${text}: ${outcome.summary}`);
  return outcome.value;
}

/** What is said of an expression that has no value. */
export function faultOf(text: string, context: Partial<ExpressionContext> = {}): string {
  const parsed = parseExpression('yaql', text);
  if (!parsed.ok) return parsed.summary;
  const outcome = evaluateExpression(parsed.expression, { data: {}, previous: null, ...context });
  return outcome.ok ? `no fault, but ${JSON.stringify(outcome.value)}` : outcome.summary;
}

/** Whether a condition holds between two states; fails the test if that cannot be said. */
export function holds(
  text: string,
  data: JsonObject,
  previous: JsonObject | null,
  more: Partial<ExpressionContext> = {},
): boolean {
  const outcome = evaluateCondition(read(text), { data, previous, ...more });
  if (!outcome.ok) throw new Error(`${text}: ${outcome.summary}`);
  return outcome.holds;
}

/** What a condition says of the changes that it saw. */
export function changesOf(
  text: string,
  data: JsonObject,
  previous: JsonObject | null,
  more: Partial<ExpressionContext> = {},
): readonly string[] {
  const outcome = evaluateCondition(read(text), { data, previous, ...more });
  if (!outcome.ok) throw new Error(`${text}: ${outcome.summary}`);
  return outcome.changes;
}

/** A box whose envelopes show their content, reversed, to tests. `key` is that of the first seal unless told. */
export function seal(value: string, key = 'k1'): JsonObject & SealedSecret {
  const data = [...value].reverse().join('');
  return {
    $sealed: {
      v: 1,
      key,
      wrapped: 'w',
      data,
      fingerprint: `fp:${key}:${data.length}:${[...data].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % 65_537, 7)}`,
    },
  };
}

export function open({ $sealed }: SealedSecret): string {
  return [...$sealed.data].reverse().join('');
}
