import { cluster, codes, outcomeOf, printedAfter } from '../planning.testing';
import { PASSES } from './pass-list';

const spec = cluster(Object.fromEntries(Array.from({ length: 3200 }, (_, index) => [`n${index}`, ['a']])));
const shell = (id: string, more: object = {}): object => ({ id, type: 'shell', roles: ['a'], ...more });
const tasks = [shell('a'), shell('b', { 'cross-depends': [{ name: 'a' }] })];

describe('a raw plan that would not fit', () => {
  it('is refused before it is built; the same plan with barriers is made', () => {
    expect(codes(outcomeOf(tasks, spec, { options: { raw: true } }).problems)).toEqual(['PLAN_TOO_LARGE cluster c']);
    expect(outcomeOf(tasks, spec).plan?.barriers).toHaveLength(1);
  });

  it('is looked at where others are collapsed', () => {
    expect(PASSES.map(({ name }) => name)).toContain('collapse into barriers');
    expect(
      printedAfter('collapse into barriers', [shell('a')], cluster({ n: ['a'] }), { options: { raw: true } }),
    ).toBe('a@n shell run');
  });
});
