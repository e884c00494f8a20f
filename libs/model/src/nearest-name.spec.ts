import fc from 'fast-check';
import { didYouMean, nearestName } from './nearest-name';

describe('the nearest name', () => {
  const keys = ['cross-depends', 'cross-depended-by', 'requires', 'required_for', 'timeout'];

  it.each([
    ['cross-depened-by', 'cross-depended-by'],
    ['requries', 'requires'],
    ['Timeout', 'timeout'],
    ['require_for', 'required_for'],
  ])('of %s is %s', (name, expected) => {
    expect(nearestName(name, keys)).toBe(expected);
  });

  it('is that with the fewest letters inserted, left out, changed or swapped with a neighbour', () => {
    // The plain definition, by recursion over both names.
    const distance = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const change = distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
      const swap =
        a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]
          ? distance(a.slice(2), b.slice(2)) + 1
          : Infinity;
      return Math.min(change, swap, distance(a.slice(1), b) + 1, distance(a, b.slice(1)) + 1);
    };
    const name = fc.stringMatching(/^[abc]{1,6}$/);
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 4 }), (word, known) => {
        const distances = known.map((each) => distance(word, each));
        const least = Math.min(...distances, Infinity);
        expect(nearestName(word, known)).toBe(
          least <= Math.max(1, Math.floor(word.length / 3)) ? known[distances.indexOf(least)] : null,
        );
      }),
    );
  });

  it('is nothing for a word unlike all', () => {
    expect(nearestName('banana', keys)).toBeNull();
    expect(didYouMean('banana', keys)).toBe('');
    expect(nearestName('r'.repeat(10_000), keys)).toBeNull();
  });
});
