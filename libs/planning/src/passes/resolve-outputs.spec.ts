import { cluster, codes, outcomeOf, planOf } from '../planning.testing';

const spec = cluster({ n1: ['db'], n2: ['web'], n3: ['web'] });
const from = (output: object): object => ({ path: '/x', data: { output } });
const tasks = (output: object): object[] => [
  { id: 'init', type: 'shell', roles: ['db'] },
  { id: 'join', type: 'shell', roles: ['web'] },
  { id: 'use', type: 'upload_file', roles: ['web'], parameters: from(output) },
];

describe('output bindings', () => {
  it.each([
    [{ task: 'init', field: 'token' }, ['init@n1', 'init@n1'], ['n1', 'n1']],
    [{ task: 'join', field: 'id' }, ['join@n2', 'join@n3'], ['n2', 'n3']],
    [{ task: 'join', node: 'n3', field: 'id' }, ['join@n3', 'join@n3'], ['n3', 'n3']],
  ])('%j imply an edge and name their node', (output, requires, nodes) => {
    const made = planOf(tasks(output), spec).tasks.filter(({ definition }) => definition === 'use');
    expect(made.map((task) => task.requires).flat()).toEqual(requires);
    expect(made.map(({ parameters }) => parameters['data'])).toEqual(
      nodes.map((node) => ({ output: { ...output, node } })),
    );
  });

  it('warns of a command that would be what a task has put out', () => {
    const taken = { id: 'run', type: 'shell', roles: ['web'], parameters: { cmd: { output: { task: 'init' } } } };
    expect(codes(outcomeOf([...tasks({ task: 'init' }), taken], spec).problems)).toEqual([
      'PLAN_OUTPUT_AS_CODE task run@n2',
      'PLAN_OUTPUT_AS_CODE task run@n3',
    ]);
  });

  it.each([
    [{ task: 'inti', field: 'x' }, 'inti, which is on no node'],
    [{ task: 'init', node: 'n2', field: 'x' }, 'init on n2, which is not one other task'],
    [{ task: 'join', node: 'self', field: 'x' }, 'join on self, which is not one other task'],
    [{ task: 'init', node: null, field: 'x' }, 'init at the sync point, which is not one other task'],
    [{ task: 'use', field: 'x' }, 'use, which is not one other task'],
  ])('%j are refused, once for all nodes', (output, what) => {
    const { problems } = outcomeOf(tasks(output), spec);
    expect(codes(problems)).toEqual(['PLAN_UNKNOWN_TASK task use']);
    expect(problems[0]?.summary).toBe(`takes an output of ${what} (on 2 nodes: n2, n3)`);
  });
});
