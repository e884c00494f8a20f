import { cluster, planOf, printedAfter, scripted } from '../planning.testing';
import { printGraph } from '../render/print-graph.testing';

const shell = (id: string, more: object = {}): object => ({ id, type: 'shell', roles: ['a'], ...more });
const nodes = (count: number) =>
  cluster(Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index + 1}`, ['a']])));

describe('barriers', () => {
  it('stand for all-to-all relations where that is less', () => {
    expect(
      printedAfter('collapse into barriers', [shell('a'), shell('b', { 'cross-depends': [{ name: 'a' }] })], nodes(3)),
    ).toBe(
      [
        'a@n1 shell run',
        'a@n2 shell run',
        'a@n3 shell run',
        'b@n1 shell run',
        '  barrier:1',
        'b@n2 shell run',
        '  barrier:1',
        'b@n3 shell run',
        '  barrier:1',
        'barrier:1',
        '  a@n1',
        '  a@n2',
        '  a@n3',
      ].join('\n'),
    );
  });

  it('are not made for two times two, where they save nothing', () => {
    expect(planOf([shell('a'), shell('b', { 'cross-depends': [{ name: 'a' }] })], nodes(2)).barriers).toEqual([]);
  });

  it('are shared by all who wait for the same', () => {
    const tasks = [shell('a'), ...['b', 'c', 'd'].map((id) => shell(id, { 'cross-depends': [{ name: 'a' }] }))];
    expect(planOf(tasks, nodes(4)).barriers).toHaveLength(1);
  });

  it('do not stand before a stage, which judges each predecessor on its own', () => {
    const tasks = [
      shell('a'),
      shell('b', { 'cross-depends': [{ name: 'a' }] }),
      { id: 's', type: 'stage', cross_depends: [{ name: 'a' }] },
    ];
    const stage = planOf(tasks, nodes(3), { options: { raw: false } }).tasks.find(({ task }) => task === 's@sync');
    expect(stage?.requires).toEqual(['a@n1', 'a@n2', 'a@n3']);
  });

  it('are absent from a raw plan', () => {
    const made = planOf([shell('a'), shell('b', { 'cross-depends': [{ name: 'a' }] })], nodes(3), {
      options: { raw: true },
    });
    expect(made.barriers).toEqual([]);
    expect(made.tasks.find(({ task }) => task === 'b@n2')?.requires).toEqual(['a@n1', 'a@n2', 'a@n3']);
  });

  it('make "all others but my own node" cost a few relations per node', () => {
    const count = 100;
    const tasks = [shell('a'), shell('b', { 'cross-depends': { yaql_exp: 'others' } })];
    const spec = cluster(
      {},
      {
        nodes: Object.fromEntries(
          Array.from({ length: count }, (_, index) => [
            `n${index + 1}`,
            { tags: ['a', `own-${index + 1}`], roles: ['a'] },
          ]),
        ),
      },
    );
    const others = scripted((_, { node }) => ({
      ok: true,
      value: [
        {
          name: 'a',
          role: [...Array(count).keys()]
            .map((index) => `own-${index + 1}`)
            .filter((tag) => tag !== `own-${node.slice(1)}`),
        },
      ],
    }));
    const made = planOf(tasks, spec, { evaluator: others });
    const relations = [...made.tasks, ...made.barriers].reduce((sum, { requires }) => sum + requires.length, 0);
    expect(relations).toBeLessThan(7 * count);
    expect(made.barriers.length).toBeLessThan(2 * count);
    expect(
      planOf(tasks, spec, { evaluator: others, options: { raw: true } }).tasks.reduce(
        (sum, { requires }) => sum + requires.length,
        0,
      ),
    ).toBe(count * (count - 1));
  });

  it('are numbered from 1 in the printed plan, unused ones left out', () => {
    // Each b waits for its own a only through the barrier, and c for both: one of the barriers is superfluous.
    const tasks = [
      shell('a'),
      shell('b', { 'cross-depends': [{ name: 'a' }] }),
      shell('c', { 'cross-depends': [{ name: 'a' }, { name: 'b' }] }),
    ];
    const printed = printGraph(planOf(tasks, nodes(3)));
    expect(printed.match(/^barrier:\d+$/gm)).toEqual(['barrier:1', 'barrier:2']);
    expect(printed).toContain('c@n1 shell run\n  barrier:2\n');
  });
});
