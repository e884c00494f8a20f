import fc from 'fast-check';
import { byNaturalOrder } from './natural-order';

describe('natural order', () => {
  it('counts as people do', () => {
    expect(['node-10', 'node-2', 'Node-3', 'node', 'node-02', 'a1b10', 'a1b9', '10', '9'].sort(byNaturalOrder)).toEqual(
      ['9', '10', 'Node-3', 'a1b9', 'a1b10', 'node', 'node-02', 'node-2', 'node-10'],
    );
  });

  it('is an order, whatever the names', () => {
    const name = fc.stringMatching(/^[a-c0-2-]{0,6}$/);
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(byNaturalOrder(a, b))).toBe(-Math.sign(byNaturalOrder(b, a)) + 0);
        expect(byNaturalOrder(a, b) === 0).toBe(a === b);
        if (byNaturalOrder(a, b) < 0 && byNaturalOrder(b, c) < 0) expect(byNaturalOrder(a, c)).toBeLessThan(0);
      }),
    );
  });
});
