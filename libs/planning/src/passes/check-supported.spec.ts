import { cluster, codes, outcomeOf, release } from '../planning.testing';

const task = { id: 'x', type: 'shell', roles: ['a'] };

describe('what this version cannot carry out', () => {
  it.each([{ section: 's' }, { pool: 'p' }, { repeat: { times: 2 } }])('is refused instead of left out: %j', (more) => {
    const outcome = outcomeOf([{ ...task, ...more }], cluster({ n1: ['a'] }));
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual(['PLAN_UNSUPPORTED task x']);
  });

  it('includes a filter of nodes, which would let the graph loose on all of them', () => {
    const graph = { type: 'erase', definitions: release([task]).graphs[0]?.definitions ?? [] };
    const outcome = (metadata: { [key: string]: string }) =>
      outcomeOf([], cluster({ n1: ['a'] }), {
        release: { ...release([]), graphs: [{ ...graph, metadata }] },
        graphType: 'erase',
      });
    expect(outcome({ node_filter: '$.pending_deletion' }).plan).toBeNull();
    expect(codes(outcome({ on_success: 'x' }).problems)).toEqual(['PLAN_UNSUPPORTED graph erase']);
    expect(outcome({ on_success: 'x' }).plan).not.toBeNull();
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
