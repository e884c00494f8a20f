import { cluster, codes, outcomeOf } from '../planning.testing';

const task = { id: 'x', type: 'shell', roles: ['a'] };

describe('what this version cannot carry out', () => {
  it.each([{ pool: 'p' }])('is refused instead of left out: %j', (more) => {
    const outcome = outcomeOf([{ ...task, ...more }], cluster({ n1: ['a'] }));
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual(['PLAN_UNSUPPORTED task x']);
  });
});
