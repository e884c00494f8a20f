import { PATTERN_SIZE_MAX, patternExcess, patternSize } from './pattern-size';

describe('the size of a regular expression', () => {
  it.each([
    ['abc', 3],
    ['a{3}', 3],
    ['a{2,5}b', 6],
    ['a{4,}', 5],
    ['(ab){3}', 6],
    ['((a{1,30}){1,30}){1,30}', 27_000],
    ['[a-z{9}]{4}', 4],
    ['[]a]{2}', 2],
    ['\\{9}', 3],
    ['\\({2}', 2],
    ['a{,5}', 5],
    ['{3}', 0],
    [')))', 3],
    ['(((', 0],
  ])('%s comes to %d', (source, size) => {
    expect(patternSize(source)).toBe(size);
  });

  it('is bounded, and so is its length', () => {
    expect(patternExcess('x'.repeat(1000))).toBeNull();
    expect(patternExcess('x'.repeat(1001))).toContain('1000 characters');
    expect(patternExcess('((a{1,30}){1,30}){1,30}')).toContain(`${PATTERN_SIZE_MAX} characters`);
  });
});
