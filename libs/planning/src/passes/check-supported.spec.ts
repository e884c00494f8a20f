import { cluster, codes, outcomeOf, release } from '../planning.testing';

const task = { id: 'x', type: 'shell', roles: ['a'] };

describe('what this version cannot carry out', () => {
  it.each([{ section: 's' }, { pool: 'p' }])('is refused instead of left out: %j', (more) => {
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
});
