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
