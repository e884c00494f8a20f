import { faultOf, outcomeOf, valueOf } from './conditions.testing';
import { SharedSteps } from './index';

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

describe('what several evaluations cost together', () => {
  it('is bounded by what they share', () => {
    const shared = new SharedSteps(50_000);
    const ask = (): object => outcomeOf('range(1000).select($ + 1).len()', { shared });
    while (shared.left > 20_000) expect(ask()).toMatchObject({ ok: true });
    expect(shared.used).toBeGreaterThan(20_000);
    let last = ask();
    for (let asked = 0; asked < 20; asked++) last = ask();
    expect(last).toMatchObject({ ok: false, summary: expect.stringContaining('together take more steps') as string });
    expect(shared.left).toBe(0);
  });

  it('is counted of those that fail, too', () => {
    const shared = new SharedSteps(10_000_000);
    outcomeOf('range(1000000000)', { shared });
    expect(shared.used).toBeGreaterThan(0);
    outcomeOf('range(1000).select(range(1000).select($).len())', { shared });
    expect(shared.used).toBeGreaterThan(1_000_000);
  });
});

const large = {
  text: 'a'.repeat(1_000_000),
  other: `${'a'.repeat(999_999)}b`,
  half: 'a'.repeat(500_000),
  emoji: '\u{1f600}'.repeat(200_000),
  words: Array.from({ length: 20_000 }, (_, at) => `w${at}`),
  map: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at])),
  same: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at === 0 ? 1 : at])),
};

/** Each goes through a large value without making one. */
describe('work on large values is paid for', () => {
  it.each([
    'b in $t',
    '$half in $t and false',
    '$t = $o',
    '$t != $o and false',
    '$t < $o and false',
    '$t.startsWith($o)',
    '$t.endsWith($o)',
    '$e.len() < 0',
    '$t.indexOf(b) > 0',
    '$t.trim(b) = b',
    '$t.isEmpty()',
    "$t.norm() = ''",
    '$t.split(a, 1).len() = 0',
    '$t.replace(a, b, 1) = b',
    'escapeRegex($t) = b',
    '$s < $s2 and false',
    '$s = $s2 and false',
    '$s.union($s2).len() = 0',
    '$s.intersect($s2).len() = 0',
    '$s.difference($s2).len() = 0',
    'x in $s',
    '$s.contains(x)',
    'x in $w',
    '$w.contains(x)',
    '$w.indexOf(x) > 0',
    '$m.len() = 0',
    '$m.keys().len() = 0',
    '$m.containsValue(x)',
    '$m = $m2',
    '{$t => 1}.get($t) = 0',
    'added($.text) = b',
  ])('%s', (text) => {
    const names =
      't => $.text, o => $.other, half => $.half, e => $.emoji, w => $.words, m => $.map, m2 => $.same, ' +
      's => $.words.toSet(), s2 => $.words.toSet()';
    const cost = (asked: string): number => {
      const shared = new SharedSteps(1e9);
      outcomeOf(`let(${names}) -> ${asked}`, { data: large, previous: { ...large, text: 'b' }, shared });
      return shared.used;
    };
    expect(cost(text) - cost('null')).toBeGreaterThan(500);
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
