import { found, shell } from '../lint.testing';

describe('a condition', () => {
  it.each([false, 'False', ' false ', { yaql_exp: 'false' }])('that is always false is found: %j', (condition) => {
    expect(found('LINT_NEVER_TRUE', [shell('a', { condition })])).toEqual([
      'info task a: has a condition that is always false: it is skipped in every cluster, and only passes order on',
    ]);
  });

  it.each([true, 'settings:a', { yaql_exp: 'not false' }, null])('that may be true is not: %j', (condition) => {
    expect(found('LINT_NEVER_TRUE', [shell('a', { condition })])).toEqual([]);
  });

  it('of an anchor makes no difference', () => {
    expect(found('LINT_NEVER_TRUE', [{ id: 'a', type: 'anchor', roles: '*', condition: false }])).toEqual([]);
  });
});
