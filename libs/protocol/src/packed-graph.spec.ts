import { packGraph, unpackGraph, type PackedGraph } from './packed-graph';

/** Two tasks of one shape on two nodes, the second behind a barrier. */
const pack: PackedGraph = {
  v: 1,
  graphType: 'default',
  cluster: 'c',
  master: null,
  limits: { nodes: 2 },
  faultTolerance: [],
  nodes: ['n1', 'n2'],
  shapes: [
    {
      definition: 'a',
      type: 'shell',
      action: 'run',
      reason: { code: 'new-node', text: 'new node' },
      parameters: { cmd: 'true' },
      limit: null,
      limits: [],
      expectedMs: null,
      retries: { count: 0, delayMs: 0, backoff: 1 },
      timeoutMs: 1000,
      onFailure: 'fail',
      idempotent: false,
      outputs: null,
      files: [],
    },
  ],
  tasks: [
    [0, 0, []],
    [0, 1, [2]],
  ],
  barriers: [['barrier:1', [0]]],
};

const refusal = (hurt: object): string => {
  const read = unpackGraph({ ...pack, ...hurt });
  return read.ok ? 'read' : read.reason;
};

describe('unpacking', () => {
  it('resolves numbers to names, barriers after tasks', () => {
    const read = unpackGraph(pack);
    expect(read).toMatchObject({
      ok: true,
      graph: {
        tasks: [
          { task: 'a@n1', requires: [] },
          { task: 'a@n2', requires: ['barrier:1'] },
        ],
        barriers: [{ id: 'barrier:1', requires: ['a@n1'] }],
      },
    });
    expect(read.ok && packGraph(read.graph)).toEqual(pack);
  });

  it('keeps what a later version says of a task', () => {
    const later = { ...pack, shapes: [{ ...pack.shapes[0], type: 'later', later: true }] };
    expect(unpackGraph(later)).toMatchObject({ ok: true, graph: { tasks: [{ type: 'later', later: true }, {}] } });
  });

  it('refuses numbers that lead nowhere', () => {
    expect(refusal({ tasks: [[1, 0, []]] })).toContain('shape or node');
    expect(refusal({ tasks: [[0, 2, []]] })).toContain('shape or node');
    expect(refusal({ tasks: [[0, 0, [2]]] })).toContain('out of the graph');
    expect(refusal({ barriers: [['barrier:1', [3]]] })).toContain('out of the graph');
    expect(refusal({ tasks: [[0, 0, [-1]]] })).toContain('tasks.0: is no task');
    expect(refusal({ tasks: [[0, 0, [0.5]]] })).toContain('tasks.0: is no task');
  });

  it('refuses a task or barrier that is there twice, and a barrier named like a task', () => {
    expect(refusal({ tasks: [...pack.tasks, [0, 1, []]] })).toContain('twice');
    expect(refusal({ barriers: [...pack.barriers, ['barrier:1', []]] })).toContain('twice');
    expect(refusal({ barriers: [['a@n1', []]] })).toContain('twice');
    expect(refusal({ nodes: ['n1', 'n1'] })).toContain('twice');
  });

  it('refuses another version, a limit that would unleash us, and what is no pack', () => {
    expect(refusal({ v: 2 })).toContain('v:');
    expect(refusal({ limits: { nodes: 0 } })).toContain('limits.nodes');
    expect(refusal({ shapes: [{ ...pack.shapes[0], definition: 7 }] })).toContain('shapes.0.definition');
    expect(refusal({ shapes: [{ ...pack.shapes[0], parameters: ['x'] }] })).toContain('shapes.0.parameters');
    expect(refusal({ shapes: [{ ...pack.shapes[0], limits: ['none'] }] })).toContain('limit that has no size');
    expect(refusal({ shapes: [{ ...pack.shapes[0], limits: ['constructor'] }] })).toContain('limit that has no size');
    for (const nothing of [null, [], 'pack', 7, {}]) expect(unpackGraph(nothing)).toMatchObject({ ok: false });
  });
});
