import { cluster, codes, outcomeOf, planOf, plugin, printedAfter, release } from '../planning.testing';

const spec = cluster({ n1: ['a'] });

describe('layers', () => {
  it('put a plugin above the release: a definition of the same id is replaced as a whole', () => {
    const printed = printedAfter('place definitions', [], spec, {
      release: release([
        { id: 'x', type: 'shell', roles: ['a'] },
        { id: 'y', type: 'shell', roles: ['a'] },
      ]),
      plugins: [plugin('p', [{ id: 'x', type: 'puppet', roles: ['a'] }])],
    });
    expect(printed).toBe('x@n1 puppet run\ny@n1 shell run');
  });

  it('report two plugins with one id, naming both, and no plan comes of it', () => {
    const task = { id: 'x', type: 'shell', roles: ['a'] };
    const outcome = outcomeOf([], spec, { plugins: [plugin('p', [task]), plugin('q', [task])] });
    expect(outcome.plan).toBeNull();
    expect(outcome.problems[0]).toMatchObject({
      code: 'PLAN_DEFINITION_CLASH',
      summary: 'is defined by the plugins p@1.0.0 and q@1.0.0',
    });
  });

  it('keep graph types apart, and name those that exist when an unknown one is asked for', () => {
    expect(codes(outcomeOf([], spec, { graphType: 'verfy' }).problems)).toContain(
      'PLAN_UNKNOWN_GRAPH graph type verfy',
    );
    const withGraph = release([]);
    const graphs = [
      ...withGraph.graphs,
      {
        type: 'verify',
        metadata: {},
        definitions: release([{ id: 'v', type: 'shell', roles: '*' }]).graphs[0]?.definitions ?? [],
      },
    ];
    const made = planOf([], spec, { release: { ...withGraph, graphs }, graphType: 'verify' });
    expect(made.tasks.map(({ task }) => task)).toEqual(['v@n1']);
  });
});
