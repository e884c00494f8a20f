import { release } from '../planning.testing';
import { lintBundle } from './lint-bundle';
import { LintWork } from './lint-work';
import { shell } from './lint.testing';

function* spending(work: LintWork, each: number): Iterable<number> {
  for (let at = 0; ; at++) {
    work.spend(each);
    yield at;
  }
}

describe('the work of linting', () => {
  it('is shared: whoever spends too much is stopped and keeps what was found, the next have what is left', () => {
    const work = new LintWork(100);
    expect(work.within(2, () => spending(work, 10))).toEqual({ found: [0, 1, 2, 3, 4], isFinished: false });
    expect(work.within(2, () => [])).toEqual({ found: [], isFinished: true });
    expect(work.within(1, () => spending(work, 20)).found).toEqual([0, 1]);
    expect(work.within(1, () => spending(work, 10)).found).toEqual([0]);
    expect(work.within(1, () => spending(work, 1)).found).toEqual([]);
  });

  it('is not taken from others by what is too much at once', () => {
    const work = new LintWork(100);
    expect(work.within(2, () => spending(work, 1_000))).toEqual({ found: [], isFinished: false });
    expect(work.within(2, () => spending(work, 10)).found).toHaveLength(5);
  });

  it('does not hide other errors', () => {
    const work = new LintWork(100);
    const fail = (): never => {
      throw new RangeError('a fault');
    };
    expect(() => work.within(1, fail)).toThrow(RangeError);
  });
});

describe('a bundle that takes too long', () => {
  const count = 2_000;
  const many = (more: (at: number) => object): object[] =>
    Array.from({ length: count }, (_, at) => shell(`t${at}`, more(at)));
  const unfinished = (tasks: readonly object[], manifest: object = {}, workMax = 200_000): string => {
    const told = lintBundle(release(tasks, manifest), { workMax }).filter(({ code }) => code === 'LINT_NOT_FINISHED');
    expect(told.length).toBeLessThan(2);
    return told[0] ? `${told[0].severity} ${told[0].summary.replace(/^.*: /, '')}` : 'finished';
  };
  const order = Array.from({ length: count }, (_, at) => [`r${at}`, { order: at }] as const);

  it.each<[string, string, object[], object?]>([
    ['patterns that nothing matches', 'LINT_MATCHES_NOTHING', many((at) => ({ requires: [`/x${at}/`] }))],
    ['patterns that all match', 'LINT_NO_ORDER', many((at) => ({ requires: [`/t|x${at}/`] }))],
    ['a pattern that is large', 'LINT_UNKNOWN_NAME', many((at) => ({ after: [`/(a{1,60}){1,60}${at}/`] }))],
    ['many names that are nearly right', 'LINT_UNKNOWN_NAME', many((at) => ({ requires: [`tt${at}`] }))],
    [
      'many roles that are nearly right',
      'LINT_UNKNOWN_ROLE',
      many((at) => ({ roles: [`rr${at}`] })),
      { roles: Object.fromEntries(order) },
    ],
    ['placements by pattern', 'BUNDLE_CYCLE', many((at) => ({ roles: [`/r${at}/`, `r${at}`] }))],
    [
      'long expressions',
      'LINT_BAD_EXPRESSION',
      many(() => ({ condition: { yaql_exp: '$.a and '.repeat(50) + 'true' } })),
    ],
    [
      'patterns in expressions',
      'LINT_BAD_EXPRESSION',
      many((at) => ({ condition: { yaql_exp: `regex("(a{1,60}){1,60}${at}").matches($.a)` } })),
    ],
    [
      'relations to all nodes',
      'BUNDLE_CYCLE',
      many((at) => ({ roles: [`r${at}`], 'cross-depends': [{ name: 't0' }] })),
    ],
  ])('because of %s says what is not all found', (_, expected, tasks, ...[manifest]) => {
    const told = unfinished(tasks, manifest);
    expect(told).toMatch(new RegExp(`^warning .*${expected}`));
    expect(unfinished(tasks, manifest)).toBe(told);
  });

  it('is no bundle that is merely long', () => {
    const tasks = many((at) => ({ requires: [`t${Math.max(0, at - 1)}`], after: ['t0'] }));
    expect(unfinished(tasks, {}, 2_000_000)).toBe('finished');
  });

  it('keeps what was found, and is not refused for it', () => {
    const tasks = [shell('a', { timeout: 1, expected: 2 }), ...many((at) => ({ requires: [`/x${at}/`] }))];
    const found = lintBundle(release(tasks), { workMax: 200_000 });
    expect(found.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['LINT_SHORT_TIMEOUT', 'LINT_MATCHES_NOTHING', 'LINT_NOT_FINISHED']),
    );
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
