import { cluster, codes, outcomeOf, planOf } from '../planning.testing';

const spec = cluster({ n1: ['a'], n2: ['a'], ctl: [] }, { master: 'ctl' });
const tasks = [
  { id: 's', type: 'stage' },
  { id: 'm', type: 'shell', roles: ['master'], requires: ['s'] },
  { id: 'x', type: 'shell', roles: ['a'], requires: ['s'] },
  { id: 'y', type: 'shell', roles: ['a'], requires: ['x'] },
];
const running = (options: object): string[] =>
  planOf(tasks, spec, { options })
    .tasks.filter(({ action }) => action === 'run')
    .map(({ task }) => task);

describe('a selection', () => {
  it.each([
    [{ nodes: ['n1'] }, ['m@master', 'x@n1', 'y@n1']],
    [{ tasks: ['y'] }, ['y@n1', 'y@n2']],
    [{ tasks: ['y@n2', 'm'] }, ['m@master', 'y@n2']],
    [{ nodes: ['n2'], tasks: ['x'] }, ['x@n2']],
    [{ nodes: null, tasks: null }, ['m@master', 'x@n1', 'x@n2', 'y@n1', 'y@n2']],
    [{ tasks: [] }, []],
  ])('%j runs %j', (options, expected) => {
    expect(running(options)).toEqual(expected);
  });

  it('that no task is in is told, and its parts with it', () => {
    const told = (options: object) =>
      outcomeOf(tasks, spec, { options }).problems.map(({ code, severity, summary }) => [code, severity, summary]);
    const warning = (asked: string) => [
      [
        'PLAN_NOTHING_SELECTED',
        'warning',
        `has no task in the graph default that is selected by ${asked}, so nothing runs`,
      ],
    ];
    expect(told({ tasks: ['y@n2'], nodes: ['n1'] })).toEqual(warning('nodes n1 and tasks y@n2'));
    expect(told({ tasks: ['m'], subgraphs: ['x:y'] })).toEqual(warning('tasks m and subgraphs x:y'));
    expect(told({ tasks: [] })).toEqual(warning('tasks (none)'));
    expect(told({ tasks: ['y'], nodes: ['n1'] })).toEqual([]);
  });

  it('keeps the rest as bridges and says why', () => {
    const made = planOf(tasks, spec, { options: { tasks: ['y'], nodes: ['n1'] } });
    expect(made.tasks).toHaveLength(6);
    expect(made.tasks.find(({ task }) => task === 'y@n1')?.requires).toEqual(['x@n1']);
    expect(made.tasks.map(({ task, reason }) => `${task} ${reason.text}`)).toEqual([
      'm@master Its task was not selected.',
      's@sync Has no work of its own; others order themselves against it.',
      'x@n1 Its task was not selected.',
      'x@n2 Its node was not selected.',
      'y@n1 Declares no inputs, so it runs every time.',
      'y@n2 Its node was not selected.',
    ]);
  });

  it('of what does not exist is refused with the nearest name', () => {
    const outcome = outcomeOf(tasks, spec, { options: { nodes: ['n9x'], tasks: ['yy', 'x@n7'] } });
    expect(codes(outcome.problems)).toEqual([
      'PLAN_UNKNOWN_NODE node n9x',
      'PLAN_UNKNOWN_TASK task yy',
      'PLAN_UNKNOWN_TASK task x@n7',
    ]);
    expect(outcome.plan).toBeNull();
  });
});

describe('a subgraph', () => {
  // s -> x -> y -> z on both nodes, and w@n1 after z of all nodes.
  const chain = [
    ...tasks,
    { id: 'z', type: 'shell', roles: ['a'], requires: ['y'] },
    { id: 'w', type: 'shell', roles: ['a'], 'cross-depends': [{ name: 'z' }] },
    { id: 'alone', type: 'shell', roles: ['a'] },
  ];
  const ran = (options: object): string =>
    planOf(chain, spec, { options })
      .tasks.filter(({ action }) => action === 'run')
      .map(({ task }) => task)
      .join(' ');

  it.each([
    ['x:y', 'x@n1 x@n2 y@n1 y@n2'],
    ['x/n1:y', 'x@n1 y@n1'],
    ['x/n1,n2:y/n2', 'x@n2 y@n2'],
    ['x/n1:w/n2', 'w@n2 x@n1 y@n1 z@n1'],
    ['z:', 'w@n1 w@n2 z@n1 z@n2'],
    ['z', 'w@n1 w@n2 z@n1 z@n2'],
    [':y/n1', 'x@n1 y@n1'],
    ['s:x/n2', 'x@n2'],
    ['m:', 'm@master'],
  ])('%s runs %s', (subgraph, expected) => {
    expect(ran({ subgraphs: [subgraph] })).toBe(expected);
  });

  it('adds up with others, and is narrowed by nodes and tasks', () => {
    expect(ran({ subgraphs: ['x/n1:x', 'y/n2:z'] })).toBe('x@n1 y@n2 z@n2');
    expect(ran({ subgraphs: ['x:z'], nodes: ['n2'], tasks: ['y', 'z'] })).toBe('y@n2 z@n2');
  });

  it.each([':', '', 'a:b:c', 'nope:y', 'x:nope', 'x/n9:y', 'x/:y', 'y:x', 'alone:y'])('%j is refused', (subgraph) => {
    const outcome = outcomeOf(chain, spec, { options: { subgraphs: [subgraph] } });
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual([`PLAN_BAD_SUBGRAPH subgraph ${subgraph}`]);
  });

  it('of what is needed fetches it, on other nodes too, and says so', () => {
    const options = { tasks: ['w@n1'], fetchDeps: true };
    expect(ran(options)).toBe('w@n1 x@n1 x@n2 y@n1 y@n2 z@n1 z@n2');
    const made = planOf(chain, spec, { options });
    expect(made.tasks.find(({ task }) => task === 'x@n2')?.reason.code).toBe('needed');
    expect(made.tasks.find(({ task }) => task === 'alone@n1')?.reason.code).toBe('not-selected');
    expect(ran({ nodes: ['n1'], tasks: ['y'], fetchDeps: true })).toBe('x@n1 y@n1');
    expect(ran({ nodes: ['n1'], tasks: ['w'], fetchDeps: true })).toBe('w@n1 x@n1 x@n2 y@n1 y@n2 z@n1 z@n2');
  });

  it('fetches nothing for a task that does not run', () => {
    const off = [
      { id: 'dep', type: 'shell', roles: ['a'] },
      { id: 'off', type: 'shell', roles: ['a'], requires: ['dep'], condition: false },
      { id: 'gate', type: 'anchor', roles: ['a'], requires: ['dep'] },
    ];
    const fetched = (task: string) =>
      planOf(off, spec, { options: { tasks: [task], fetchDeps: true } })
        .tasks.filter(({ action }) => action === 'run')
        .map((each) => each.task);
    expect(fetched('off')).toEqual([]);
    expect(fetched('gate')).toEqual(['dep@n1', 'dep@n2']);
  });

  it('of nodes fetches nothing for anchors of the cluster that nobody named', () => {
    const closed = [
      { id: 'first', type: 'shell', roles: ['a'] },
      { id: 'opened', type: 'stage', 'cross-depends': [{ name: 'first', role: '/a/' }] },
      { id: 'work', type: 'shell', roles: ['a'], requires: ['opened'] },
      { id: 'closed', type: 'stage', 'cross-depends': [{ name: 'work', role: '/a/' }] },
    ];
    const fetched = (options: object) =>
      planOf(closed, spec, { options: { ...options, fetchDeps: true } })
        .tasks.filter(({ action }) => action === 'run')
        .map(({ task }) => task)
        .join(' ');
    expect(fetched({ nodes: ['n1'] })).toBe('first@n1 first@n2 work@n1');
    expect(fetched({ nodes: ['n1'], tasks: ['closed'] })).toBe('first@n1 first@n2 work@n1 work@n2');
  });

  it('begins with the first run of a task that is repeated, and ends with its last', () => {
    const repeated = [
      { id: 'x', type: 'shell', roles: ['a'] },
      { id: 'y', type: 'shell', roles: ['a'], requires: ['x'], repeat: { times: 3, judge: 'last' } },
      { id: 'z', type: 'shell', roles: ['a'], requires: ['y'] },
    ];
    const between = (subgraph: string) =>
      planOf(repeated, spec, { options: { subgraphs: [subgraph] } })
        .tasks.filter(({ action }) => action === 'run')
        .map(({ task }) => task)
        .join(' ');
    expect(between('y/n1:y')).toBe('y.1@n1 y.2@n1 y@n1');
    expect(between('y/n1:')).toBe('y.1@n1 y.2@n1 y@n1 z@n1');
    expect(between(':y/n2')).toBe('x@n2 y.1@n2 y.2@n2 y@n2');
  });

  it('changes the digest', () => {
    const digests = [{}, { subgraphs: ['x:'] }, { subgraphs: ['x:'], fetchDeps: true }, { tasks: ['x'] }].map(
      (options) => planOf(chain, spec, { options }).digest,
    );
    expect(new Set(digests).size).toBe(4);
  });
});
