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

  it('is nothing for a word unlike all', () => {
    expect(nearestName('banana', keys)).toBeNull();
    expect(didYouMean('banana', keys)).toBe('');
    expect(nearestName('r'.repeat(10_000), keys)).toBeNull();
  });
});
