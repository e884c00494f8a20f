import { setOf, valuesOf } from './value-sets';

describe('the members of a set', () => {
  it('are sorted once, however often an expression goes through them', () => {
    const set = setOf([3, 1, 2], { pay: () => undefined, rememberedKey: (_value, make) => make() });
    expect(valuesOf(set)).toEqual([1, 2, 3]);
    expect(valuesOf(set)).toBe(valuesOf(set));
  });
});
