import { cluster, codes, outcomeOf, release } from '../planning.testing';

describe('what this version cannot carry out', () => {
  it('is refused instead of left out', () => {
    const extended = release([{ id: 'x', type: 'shell', roles: ['a'] }], { extends: 'base@1.0.0' });
    const outcome = outcomeOf([], cluster({ n1: ['a'] }), { release: extended });
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual(['PLAN_UNSUPPORTED release r']);
  });
});
