import { cluster, codes, outcomeOf, release } from '../planning.testing';

const task = { id: 'x', type: 'shell', roles: ['a'] };

describe('what this version cannot carry out', () => {
  it.each([{ section: 's' }, { pool: 'p' }, { repeat: { times: 2 } }])('is refused instead of left out: %j', (more) => {
    const outcome = outcomeOf([{ ...task, ...more }], cluster({ n1: ['a'] }));
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual(['PLAN_UNSUPPORTED task x']);
  });

  it('includes role by role, asked for or implied by an old Fuel, and modes of roles', () => {
    expect(codes(outcomeOf([task], cluster({ n1: ['a'] }, { taskBased: false })).problems)).toEqual([
      'PLAN_UNSUPPORTED cluster c',
    ]);
    const old = release([task], { compat: 'fuel', fuelVersion: '7.0' });
    expect(codes(outcomeOf([], cluster({ n1: ['a'] }), { release: old }).problems)).toEqual([
      'PLAN_UNSUPPORTED cluster c',
    ]);
    expect(outcomeOf([], cluster({ n1: ['a'] }, { taskBased: true }), { release: old }).plan).not.toBeNull();
    const serial = release([task], { roles: { a: { mode: 'serial' } } });
    expect(codes(outcomeOf([], cluster({ n1: ['a'] }), { release: serial }).problems)).toEqual([
      'PLAN_UNSUPPORTED role a',
    ]);
  });
});
