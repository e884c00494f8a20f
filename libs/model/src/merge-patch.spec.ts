import type { Json } from './json';
import { mergePatch } from './merge-patch';

describe('mergePatch', () => {
  // The table of RFC 7396, appendix A.
  it.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('never merges into a sealed secret', () => {
    const sealed = { $sealed: { v: 1, key: 'k', wrapped: 'w', data: 'd', fingerprint: 'f' } };
    expect(mergePatch({ a: sealed }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
  });

  it('takes `__proto__` for a key like any other', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"x": 1}}') as Json);
    expect([JSON.stringify(merged), ({} as { x?: number }).x]).toEqual(['{"__proto__":{"x":1}}', undefined]);
  });
});
