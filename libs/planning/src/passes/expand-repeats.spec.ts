import { cluster, codes, outcomeOf, planOf, printedAfter } from '../planning.testing';

const tasks = [
  { id: 'before', type: 'shell', roles: ['a'] },
  {
    id: 'x',
    type: 'shell',
    roles: ['a'],
    requires: ['before'],
    repeat: { times: 3 },
    retries: { count: 2 },
    parameters: { cmd: 'x', strategy: { type: 'one_by_one' } },
  },
  { id: 'after', type: 'shell', roles: ['a'], requires: ['x'] },
];

describe('a repeated task', () => {
  it('is a chain of runs, the last of which has its address', () => {
    expect(printedAfter('expand repeats', tasks, cluster({ n: ['a'] }))).toBe(
      [
        'after@n shell run\n  x@n',
        'before@n shell run',
        'x.1@n shell run\n  before@n',
        'x.2@n shell run\n  x.1@n',
        'x@n shell run\n  x.2@n',
      ].join('\n'),
    );
  });

  it('is judged by its last run alone, and is one for its limit', () => {
    const made = planOf(tasks, cluster({ n: ['a'], m: ['a'] }));
    const shown = made.tasks
      .filter(({ task }) => task.startsWith('x'))
      .map(({ task, onFailure, retries, limits, repeatOf }) => [
        task,
        onFailure,
        retries.count,
        limits.join(),
        repeatOf,
      ]);
    expect(shown).toEqual([
      ['x.1@m', 'skip', 0, 'definition:x', 'x'],
      ['x.1@n', 'skip', 0, 'definition:x', 'x'],
      ['x.2@m', 'skip', 0, 'definition:x', 'x'],
      ['x.2@n', 'skip', 0, 'definition:x', 'x'],
      ['x@m', 'fail', 2, 'definition:x', undefined],
      ['x@n', 'fail', 2, 'definition:x', undefined],
    ]);
    expect(made.limits).toEqual({ 'definition:x': 1 });
  });

  it('is selected as a whole', () => {
    const made = planOf(tasks, cluster({ n: ['a'] }), { options: { tasks: ['x'] } });
    expect(made.tasks.filter(({ action }) => action === 'run').map(({ task }) => task)).toEqual([
      'x.1@n',
      'x.2@n',
      'x@n',
    ]);
  });

  it('may not take the name of another definition', () => {
    const clash = [...tasks, { id: 'x.2', type: 'shell', roles: ['a'] }];
    const outcome = outcomeOf(clash, cluster({ n: ['a'] }));
    expect(outcome.plan).toBeNull();
    expect(codes(outcome.problems)).toEqual(['PLAN_NAME_TAKEN task x']);
  });
});
