import { faultOf, outcomeOf, read, valueOf } from './conditions.testing';
import { parseExpression } from './index';

describe('an expression that cannot be read', () => {
  it.each([
    ['', 'a value is missing before the end (line 1, column 1)'],
    ['1 +', 'a value is missing before the end (line 1, column 4)'],
    ['$.a and\n  (1', '`)` for the `(` at column 11 of the text is missing before the end (line 2, column 5)'],
    ['[1,]', 'a value is missing before `]` (line 1, column 4)'],
    ["'abc", "the text that begins with ' does not end (line 1, column 1)"],
    ['1e309', 'a number may not run into letters; a name may not begin with a digit (line 1, column 1)'],
    [`1${'0'.repeat(400)}`, 'the number is too large (line 1, column 1)'],
    ['9007199254740993', 'the number is beyond what is exact here (2^53) (line 1, column 1)'],
    ['a; b', '";" means nothing here (line 1, column 2)'],
    ['1 2', '`2` does not belong here (line 1, column 3)'],
    [
      '$.',
      'a key or a method (a key with other characters is read with `get`) is missing before the end (line 1, column 3)',
    ],
    ['{1}', 'a mapping is written `{key => value}` (line 1, column 2)'],
    ['[a => 1]', '`=>` has no meaning in a list (line 1, column 2)'],
    ['let(a => 1, 2)', 'a plain value may not follow `key => value` (line 1, column 13)'],
    [
      '$.a => 1',
      '`=>` does not belong here; it pairs a key with a value in `{}` and in calls such as `switch` (line 1, column 5)',
    ],
  ])('%j: says what and where', (text, summary) => {
    expect(faultOf(text)).toBe(summary);
  });

  it.each([
    ['chnaged($)', 'there is no function `chnaged`; did you mean `changed`? (line 1, column 1)'],
    ['$.a.tolower()', 'there is no function `tolower`; did you mean `toLower`? (line 1, column 5)'],
    ['get($, a)', '`get` is a method; write `value.get(...)` (line 1, column 1)'],
    ['$.switch(a => 1)', '`switch` is no method; write `switch(...)` (line 1, column 3)'],
    ['$.where()', '`where` is called otherwise: `collection.where(predicate)` (line 1, column 3)'],
    ['$.get(a, nonsense => 1)', '`get` is called otherwise: `d.get(key, [default])` (line 1, column 3)'],
    [
      'now()',
      '`now` is refused: the same input must give the same plan, so that expressions know no time (line 1, column 1)',
    ],
    [
      'random()',
      '`random` is refused: the same input must give the same plan, so that expressions have no luck (line 1, column 1)',
    ],
    ["$.a.matches('(')", 'the regular expression is not in RE2 syntax, or is too large (line 1, column 13)'],
    [`$.a =~ '${'a'.repeat(1001)}'`, 'the regular expression is not in RE2 syntax, or is too large (line 1, column 8)'],
  ])('%j: is told before anything is evaluated', (text, summary) => {
    expect(faultOf(text)).toBe(summary);
  });

  it('says line, column and offset', () => {
    const parsed = parseExpression('yaql', '$.a\n  or or');
    expect(parsed).toMatchObject({ ok: false, position: { line: 2, column: 6, offset: 9 } });
  });
});

describe('what the original does not read', () => {
  it.each([
    ['not(false)', true],
    ['true and(false)', false],
    ["{'in' => 1}.in", 1],
    ["{'__proto__' => 1}.__proto__", 1],
  ])('%s: is read as it is meant', (text, value) => {
    expect(valueOf(text)).toEqual(value);
  });
});

describe('bounds of the source', () => {
  it.each(['(', '[', '-', 'not ', 'f(', '{a => '])('%j a thousand times is refused', (piece) => {
    expect(faultOf(piece.repeat(1000))).toMatch(/more than 200 levels inside each other/);
  });

  it.each(['.a', ' + 1', ' or 1', '.len()', '[0]'])('a chain of %j is refused when it is long', (piece) => {
    expect(faultOf(`$${piece.repeat(300)}`)).toMatch(/more than 200 levels inside each other/);
    expect(parseExpression('yaql', `$${piece.repeat(100)}`).ok).toBe(true);
  });

  it('a source that is too long is refused', () => {
    expect(faultOf(`'${'a'.repeat(20_000)}'`)).toBe('an expression may have 20000 characters (line 1, column 1)');
  });

  it('bounds can be set otherwise', () => {
    expect(parseExpression('yaql', '1 + 1', { sourceLength: 4 }).ok).toBe(false);
    expect(parseExpression('yaql', '((1))', { sourceDepth: 2 }).ok).toBe(false);
  });
});

describe('what is known without evaluating', () => {
  it('names functions, paths and patterns', () => {
    const { facts } = read(
      "$.a.b and changedAny($.c.get('d e', 1), $.nodes.where($.x.matches('^p')).y) and $node.u?.v and $.s =~ 'q'",
    );
    expect(facts.functions).toEqual(['changedAny', 'get', 'matches', 'where']);
    expect(facts.paths.map(({ root, keys, isOptional }) => [root, keys.join('/'), isOptional])).toEqual([
      ['$', 'a/b', false],
      ['$', 'c/d e', true],
      ['$', 'nodes', false],
      ['$node', 'u/v', true],
      ['$', 's', false],
    ]);
    expect(facts.patterns.map(({ source }) => source)).toEqual(['^p', 'q']);
  });

  it('knows which `$` is the whole', () => {
    const paths = (text: string): string[] => read(text).facts.paths.map(({ keys }) => keys.join('/'));
    expect(paths('$.list.where($.inner = new($.outer))')).toEqual(['list', 'outer']);
    expect(paths('switch($.a => $.b)')).toEqual(['a', 'b']);
    expect(paths('let($.a) -> $.b')).toEqual(['a']);
    expect(paths('$.get($.key)')).toEqual(['', 'key']);
  });

  it('knows the paths of legacy conditions', () => {
    const { facts } = read("settings:a.b == true and cluster:mode == 'ha'", 'legacy');
    expect(facts.paths.map(({ keys }) => keys.join('/'))).toEqual(['a/b', 'cluster/mode']);
  });
});

it('evaluates as often as wanted, and leaves the data as they were', () => {
  const data = Object.freeze({ a: Object.freeze([3, 1, 2]), b: Object.freeze({ c: 1 }) });
  expect(valueOf('$.a.orderBy($).append(4)', { data })).toEqual([1, 2, 3, 4]);
  expect(valueOf('$.b.set(c, 2)', { data })).toEqual({ c: 2 });
  const outcome = outcomeOf('$.b', { data });
  expect(outcome.ok && outcome.value).toBe(data.b);
});
