import { found, shell } from '../lint.testing';

describe('a timeout', () => {
  it('below the time expected is found, also where it is the default', () => {
    expect(
      found('LINT_SHORT_TIMEOUT', [shell('a', { timeout: 5, expected: 6 }), shell('b', { expected: 4000 })]),
    ).toEqual([
      'warning task a: is expected to take 6 seconds and is ended after 5',
      'warning task b: is expected to take 4000 seconds and is ended after 3600',
    ]);
  });

  it('that leaves the time expected is not', () => {
    expect(found('LINT_SHORT_TIMEOUT', [shell('a', { timeout: 5, expected: 5 }), shell('b', { timeout: 1 })])).toEqual(
      [],
    );
  });
});

describe('a limit', () => {
  const limited = (amount: number, more: object = {}): object =>
    shell('x', { parameters: { cmd: 'true', strategy: { type: 'parallel', amount } }, ...more });
  const roles = { a: { max: 3 }, b: { max: 2 }, c: {} };

  it('that there are never enough nodes for is found', () => {
    expect(found('LINT_IDLE_LIMIT', [limited(3)], { roles })).toEqual([
      'info task x: may run on 3 nodes at once, and its roles have at most 3',
    ]);
    expect(found('LINT_IDLE_LIMIT', [limited(5, { roles: ['a', 'b'] })], { roles })).toHaveLength(1);
  });

  it.each([
    [2, {}],
    [4, { roles: ['a', 'b'] }],
    [9, { roles: ['c'] }],
    [9, { roles: '*' }],
    [9, { roles: ['unknown'] }],
  ])('of %s with %j is not', (amount, more) => {
    expect(found('LINT_IDLE_LIMIT', [limited(amount, more)], { roles })).toEqual([]);
  });
});
