import { faultOf, outcomeOf, valueOf } from './conditions.testing';

const data = { long: 'a'.repeat(10_000), ways: `${'a?'.repeat(200)}b` };

describe('what costs too much ends with a fault', () => {
  it.each([
    ['range(1000000000)', 'it makes more than 1000000 values'],
    ['[1] * 1000000000', 'it makes more than 1000000 values'],
    ['1.repeat(1000000000)', 'it makes more than 1000000 values'],
    ['generate(0, true, $ + 1)', 'it takes more than 1000000 steps'],
    ["'ab' * 1000000000", 'it makes texts of more than 8000000 characters'],
    [`let(l => $.long) -> range(1000).aggregate($1 + $l, '')`, 'it makes texts of more than 8000000 characters'],
    [`let(l => $.long) -> range(9000).select($l).join('')`, 'it makes texts of more than 8000000 characters'],
    [`$.long.replace('', $.long)`, 'it makes texts of more than 8000000 characters'],
    ['range(1000).select(range(1000).select($).len())', 'it takes more than 1000000 steps'],
    ['range(2000).join(range(2000), false, 1)', 'it takes more than 1000000 steps'],
    ['def(f, f($)) -> f(1)', 'more than 50 functions inside each other'],
    ['range(1000).aggregate([$1], [])', 'a value has more than 100 levels'],
    ['range(60).aggregate([$1, $1], [])', 'it takes more than 1000000 steps'],
    ['range(40).aggregate([$1, $1], [1]).toYaml()', 'it takes more than 1000000 steps'],
    ['range(60).aggregate([$1, $1], [1]).toSet()', 'it takes more than 1000000 steps'],
    ['range(60).aggregate([$1, $1], [1]) = range(60).aggregate([$1, $1], [1])', 'it takes more than 1000000 steps'],
    ['pow(10, 400)', 'a number would be too large'],
    ['pow(3, 60)', 'a whole number would be beyond what is exact here (2^53)'],
    ['9007199254740991 + 1', 'a whole number would be beyond what is exact here (2^53)'],
    ["int('1' * 400)", 'a number would be too large'],
    ["float('1e309')", 'a number would be too large'],
    ['shiftBitsLeft(1, 1000000000)', 'a number would be too large'],
    ['let(l => $.long, w => $.ways) -> range(1000).any($l.matches($w))', 'it takes more than 1000000 steps'],
  ])('%s: %s', (text, summary) => {
    expect(faultOf(text, { data })).toContain(summary);
  });

  it('bounds can be set otherwise', () => {
    expect(outcomeOf('range(10)', {}, { items: 9 })).toMatchObject({ ok: false });
    expect(outcomeOf('range(10)', {}, { items: 10 })).toMatchObject({ ok: true });
  });

  it('asks whether the time is up, and ends when it is', () => {
    let asked = 0;
    const outcome = outcomeOf('range(100000).select($ + 1).len()', { expired: () => ++asked > 3 });
    expect(outcome).toMatchObject({ ok: false, summary: 'its time is up (line 1, column 22)' });
    expect(asked).toBe(4);
  });

  it('a limit is no undefined previous state', () => {
    expect(faultOf('old(range(10000000)).isUndef()')).toContain('it makes more than 1000000 values');
  });
});

describe('what has no answer ends with a fault', () => {
  it.each([
    ['1 / 0', 'division by zero'],
    ['1 mod 0', 'division by zero'],
    ['1.5 / 0', 'division by zero'],
    ['$.a', '`$` has no key `a`'],
    ['$.constructor', '`$` has no key `constructor`'],
    ['$.__proto__', '`$` has no key `__proto__`'],
    ['$.toString', '`$` has no key `toString`'],
    ["'x'.length", "`'x'` is a text, which has no key `length`"],
    ['[].length', null],
    ['null.get(a)', '`get` is a method of a mapping, not of null'],
    ["'a' + 1", '`+` cannot be used with a text and a number'],
    ['true + 1', '`+` cannot be used with true or false and a number'],
    ["'a' < 1", '`<` cannot be used with a text and a number'],
    ["'a' in {a => 1}", '`in` cannot be used with a text and a mapping'],
    ["'abc'[0]", '`[]` cannot be used with a text and a number'],
    ['[1][1]', 'the list has no value at this index'],
    ['[].first()', '`first` of an empty list; give a value for that case, `first(null)`'],
    ['[].max()', '`max` of an empty list; give a value to start from'],
    ["int('1x')", '`int` takes a number, or a text that is a whole number'],
    ['old($.a)', 'ask `old(...).isUndef()` before'],
    ['let(a => 1)', 'a binding of names (`->` is missing)'],
    ['regex(a)', 'a regular expression, which cannot be printed'],
    ['{[1] => 2}', 'a key of the result is a list; keys are texts or numbers'],
    ['5.assert($ < 2, x)', 'the assertion does not hold'],
  ])('%s: %s', (text, summary) => {
    if (summary === null) expect(valueOf(text)).toEqual([]);
    else expect(faultOf(text)).toContain(summary);
  });

  it('members that objects inherit are no keys', () => {
    expect(valueOf("[$.get(constructor), $.get('__proto__', 1), $.get(hasOwnProperty)]")).toEqual([null, 1, null]);
    const data = JSON.parse('{"__proto__": {"a": 1}}') as Record<string, never>;
    expect(valueOf('$.__proto__.a', { data })).toBe(1);
    expect(Object.keys(valueOf("{'__proto__' => 1}") as object)).toEqual(['__proto__']);
  });
});
