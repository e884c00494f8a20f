import { readGraphFile } from './graph-file';
import { simulate } from './simulate';

const file = {
  nodes: [{ id: 'n0', role: 'db' }, { id: 'n1' }],
  caps: { db: 1 },
  faultTolerance: [{ name: 'g', nodes: ['n0', 'n1'], tolerated: 1 }],
  tasks: [
    { i: 10, name: 'a', node: 0, dur: 2, deps: [], group: 'db' },
    { i: 11, name: 'a', node: 1, dur: 3, deps: [], group: 'db', unknown: 'ignored' },
    { i: 12, name: 'all', node: -1, dur: 5, deps: [10, 11] },
    { i: 13, name: 'also', node: -1, dur: 5, deps: [10] },
    { i: 14, name: 'end', node: 0, dur: 0.5, deps: [12, 13] },
  ],
  bounds: {},
};
const graphOf = (value: unknown = file) => {
  const { graph, problems } = readGraphFile(value, 'g.json');
  if (!graph) throw new Error(JSON.stringify(problems));
  return graph;
};

describe('a graph file', () => {
  it('runs with its durations, its caps, and any number of tasks at the sync point at once', () => {
    const result = simulate(graphOf());
    expect(result).toMatchObject({ outcome: 'succeeded', makespan: 2 + 3 + 5 + 0.5 });
    expect(result.tasks['all@sync']).toBe('succeeded');
    expect(
      result.trace.filter(({ task, state }) => task === 'also@sync' && state === 'running')[0]?.at,
    ).toBeLessThanOrEqual(5);
  });

  it.each([1, 2, 3, 4])(
    'is carried on by another executor after %d ended tasks, work of the sync point too',
    (dies) => {
      const script = { tasks: { 'also@sync': { duration: 4.5 } }, executorDiesAfter: dies };
      const { executorDiesAfter: _, ...undisturbed } = script;
      const { trace: _trace, schedulingMs: _ms, ...result } = simulate(graphOf(), { script });
      expect(simulate(graphOf(), { script: undisturbed })).toMatchObject(result);
      expect(result.tasks).toMatchObject({ 'all@sync': 'succeeded', 'also@sync': 'succeeded' });
    },
  );

  it('lets the sync point go on past what is tolerated on failed nodes', () => {
    const script = { tasks: { 'a@n1': { attempts: ['failed' as const] } } };
    const tolerant = simulate(graphOf(), { script });
    expect([tolerant.tasks['all@sync'], tolerant.tasks['end@n0'], tolerant.outcome]).toEqual([
      'succeeded',
      'succeeded',
      'succeeded-with-failures',
    ]);
    const strict = simulate(graphOf({ ...file, faultTolerance: undefined }), { script });
    expect([strict.tasks['all@sync'], strict.outcome]).toEqual(['blocked', 'failed']);
  });

  it('takes as long as anything happens in it, also where it waits for a person in the end', () => {
    const result = simulate(graphOf(), { script: { tasks: { 'a@n0': { attempts: ['lost'] } } } });
    expect(result).toMatchObject({ outcome: 'paused', makespan: 2 + 3, nodes: { n0: 'failed' } });
  });

  it('lets a duration of the script win, however long', () => {
    const { graph } = readGraphFile(file, 'g.json', 2 * 9_000_000);
    expect(simulate(graph ?? graphOf(), { script: { tasks: { 'a@n0': { duration: 9000 } } } }).outcome).toBe(
      'succeeded',
    );
  });

  it('that is wrong is refused with everything that is wrong in it', () => {
    const { graph, problems } = readGraphFile(
      {
        nodes: [{ id: 'n0' }, { id: 'n0' }, {}],
        caps: { db: 0 },
        faultTolerance: [{ name: 'g', nodes: ['n9'], tolerated: -1 }],
        tasks: [
          { i: 0, name: 'a', node: 7, dur: 1, deps: [] },
          { i: 0, name: 'b', node: 0, dur: -1, deps: [0, 99] },
          'nonsense',
        ],
      },
      'g.json',
    );
    expect(graph).toBeNull();
    const paths = problems.map(({ place }) => place?.path);
    for (const path of [
      'nodes.2.id',
      'nodes',
      'caps.db',
      'faultTolerance.0.nodes',
      'faultTolerance.0.tolerated',
      'tasks.0.node',
      'tasks.1.dur',
      'tasks.1.deps.1',
      'tasks.2.i',
    ])
      expect(paths).toContain(path);
    expect(readGraphFile([], 'g.json').graph).toBeNull();
    expect(readGraphFile({}, 'g.json').graph).toBeNull();
  });

  it('with a cycle is refused with its path', () => {
    const cycle = {
      nodes: [{ id: 'n' }],
      tasks: [0, 1].map((i) => ({ i, name: `t${i}`, node: 0, dur: 1, deps: [1 - i] })),
    };
    const { graph, problems } = readGraphFile(cycle, 'g.json');
    expect(graph).toBeNull();
    expect(problems[0]).toMatchObject({ code: 'PLAN_CYCLE', summary: 'comes before itself: t0@n -> t1@n -> t0@n' });
  });
});
