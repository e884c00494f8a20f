import type { Json, JsonObject } from '@muster/model';
import fc from 'fast-check';
import { open, seal } from './conditions.testing';
import {
  evaluateCondition,
  evaluateExpression,
  EvaluationMemo,
  FUNCTION_NAMES,
  parseExpression,
  type ExpressionOutcome,
} from './index';

const RUNS = 200;
const LIMITS = { steps: 20_000, items: 20_000, characters: 200_000 };
const SECRET = 'S3CR3T-value';

const key = fc.constantFrom(
  'a',
  'b',
  'list',
  'nodes',
  'password',
  '__proto__',
  'constructor',
  'toString',
  '😀',
  'é'.repeat(30),
  'k'.repeat(10_000),
  '',
);
const scalar = fc.constantFrom<Json>(
  null,
  true,
  false,
  0,
  1,
  -1,
  2.5,
  1e20,
  '',
  'a',
  'controller',
  '😀',
  'x\ny',
  SECRET.slice(0, 2),
);
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.constant(seal(SECRET)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const state = fc.dictionary(key, value, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>;

const leaf = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '$',
      '$.a',
      '$.b',
      '$.list',
      '$.nodes',
      '$.password',
      '$.get(a)',
      '$.get(zz, 1)',
      '$node',
      '$x',
      '$2',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '1',
      '2.0',
      "'a'",
      "''",
      'true',
      'null',
      'word',
      '[]',
      '{}',
      '[1, 2]',
      '{a => 1}',
      'set(1, 2)',
    ),
  },
  fc.constantFrom(
    '1e309',
    '9'.repeat(30),
    `'${'n'.repeat(10_000)}'`,
    "'😀'",
    '$.constructor',
    '$.__proto__',
    "regex('((a+)+)+$')",
    `'${'a'.repeat(3000)}'`,
  ),
);
const operator = fc.constantFrom(
  '+',
  '-',
  '*',
  '/',
  'mod',
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
  'in',
  '=~',
  '!~',
  '->',
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...FUNCTION_NAMES) },
  fc.constantFrom('constructor', '__proto__', 'eval', 'now', 'call'),
);
const text: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    leaf,
    fc.tuple(tie('text'), operator, tie('text')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc.tuple(fc.constantFrom('not ', '-'), tie('text')).map(([sign, operand]) => `${sign}${operand}`),
    fc
      .tuple(tie('text'), name, fc.array(tie('text'), { maxLength: 3 }))
      .map(([target, called, given]) => `${target}.${called}(${given.join(', ')})`),
    fc.tuple(name, fc.array(tie('text'), { maxLength: 3 })).map(([called, given]) => `${called}(${given.join(', ')})`),
    fc.tuple(tie('text'), tie('text')).map(([left, right]) => `switch(${left} => ${right}, true => ${left})`),
    fc.tuple(tie('text'), tie('text')).map(([target, index]) => `${target}[${index}]`),
    fc.array(tie('text'), { maxLength: 3 }).map((members) => `[${members.join(', ')}]`),
    tie('text').map((body) => `$.list.where(${body}).select(${body})`),
    tie('text').map((body) => `range(5).aggregate(${body}, ${body})`),
    tie('text').map((body) => `def(f, ${body}) -> f(1)`),
    tie('text').map((body) => `let(p => ${body}) -> [$p, $]`),
    tie('text').map((target) => `${target}.toYaml()`),
  ),
})).text;
const soup = fc
  .array(
    fc.oneof(
      leaf,
      operator,
      name,
      fc.constantFrom(
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ',',
        '.',
        '?.',
        '=>',
        '->',
        '"',
        "'",
        '`',
        '\\',
        '\n',
        '\u0000',
        '💥',
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(' '));

/** What anybody may see of an outcome: no secret, nothing but Json. Returns what is wrong with it. */
function faultsOf(outcome: ExpressionOutcome): string[] {
  const shown = JSON.stringify(outcome);
  const faults = shown.includes(SECRET) ? ['a secret is to be seen'] : [];
  if (!outcome.ok)
    return /\(line \d+, column \d+\)$/.test(outcome.summary) ? faults : [...faults, 'a fault without its place'];
  if (shown.includes('$sealed') !== outcome.secret && outcome.value !== null && shown.includes('$sealed'))
    faults.push('a secret that is not told to be one');
  const again = JSON.parse(JSON.stringify(outcome.value)) as Json;
  if (JSON.stringify(again) !== JSON.stringify(outcome.value)) faults.push('no Json');
  if (outcome.changes.some((change) => change.length > 200) || outcome.changes.length > 10)
    faults.push('too much to read');
  return faults;
}

describe('any expression', () => {
  const world = { open, seal };
  const evaluate = (
    source: string,
    data: JsonObject,
    previous: JsonObject | null,
    memo?: EvaluationMemo,
  ): ExpressionOutcome => {
    const parsed = parseExpression('yaql', source);
    return parsed.ok
      ? evaluateExpression(
          parsed.expression,
          { data, previous, node: data, common: {}, ...world, ...(memo ? { memo } : {}) },
          LIMITS,
        )
      : parsed;
  };

  it('has an answer or a fault, shows no secret, and has the same answer again, remembered or not', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: text }, soup), state, fc.option(state), (source, data, previous) => {
        const outcome = evaluate(source, data, previous);
        expect(faultsOf(outcome)).toEqual([]);
        expect(evaluate(source, data, previous)).toEqual(outcome);
        const memo = new EvaluationMemo();
        expect(evaluate(source, data, previous, memo)).toEqual(outcome);
        const again = evaluate(source, data, previous, memo);
        if (outcome.ok) expect(again).toEqual(outcome);
      }),
      { numRuns: RUNS },
    );
  });

  it('without keys shows no secret either, and passes them on only in their own envelopes', () => {
    fc.assert(
      fc.property(text, state, (source, data) => {
        const parsed = parseExpression('yaql', source);
        fc.pre(parsed.ok);
        const outcome = evaluateExpression(parsed.expression, { data, previous: {} }, LIMITS);
        expect(faultsOf(outcome)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('has not changed between equal states', () => {
    fc.assert(
      fc.property(text, state, (source, data) => {
        // Names that wait for `->` are no values, and are never the same.
        fc.pre(evaluate(source, data, data).ok);
        const parsed = parseExpression('yaql', `changed(${source})`);
        fc.pre(parsed.ok);
        const copy = JSON.parse(JSON.stringify(data)) as JsonObject;
        const outcome = evaluateCondition(parsed.expression, { data, previous: copy, ...world }, LIMITS);
        fc.pre(outcome.ok);
        expect([outcome.holds, outcome.changes]).toEqual([false, []]);
      }),
      { numRuns: RUNS },
    );
  });

  it('of the older language has an answer or a fault', () => {
    const piece = fc.constantFrom(
      'settings:a',
      'settings:a.b.c',
      'cluster:mode',
      'settings:__proto__',
      'x:y',
      'true',
      'null',
      "'a'",
      '1',
      '==',
      '!=',
      'in',
      'and',
      'or',
      'not',
      '(',
      ')',
      '<',
      '💥',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), state, (pieces, data) => {
        const parsed = parseExpression('legacy', pieces.join(' '));
        fc.pre(parsed.ok);
        expect(faultsOf(evaluateExpression(parsed.expression, { data, previous: null, ...world }, LIMITS))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the referee', () => {
  const good = { ok: true, value: 1, secret: false, changes: [] } as const;
  it.each<[string, ExpressionOutcome]>([
    ['a secret is to be seen', { ...good, value: [`x${SECRET}`] }],
    ['a secret is to be seen', { ...good, changes: [`a: ${SECRET}`] }],
    [
      'a secret is to be seen',
      { ok: false, summary: `${SECRET} is no number (line 1, column 1)`, position: { line: 1, column: 1, offset: 0 } },
    ],
    ['a fault without its place', { ok: false, summary: 'no', position: { line: 1, column: 1, offset: 0 } }],
    ['a secret that is not told to be one', { ...good, value: seal('x') }],
    ['no Json', { ...good, value: [undefined] as never }],
    ['too much to read', { ...good, changes: ['x'.repeat(201)] }],
  ])('sees %s', (fault, outcome) => {
    if (fault === 'no Json') expect(faultsOf({ ...outcome, value: Number.NaN } as never)).toEqual([]);
    else expect(faultsOf(outcome)).toEqual([fault]);
  });
});
