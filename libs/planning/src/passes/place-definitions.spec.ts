import { cluster, codes, outcomeOf, planOf, printedAfter, tagged } from '../planning.testing';

const spec = tagged({ n1: ['db'], n2: ['web'], n3: ['web-extra'], ctl: [] }, { master: 'ctl' });
const places = (placement: object): string[] =>
  printedAfter('place definitions', [{ id: 'x', type: 'shell', ...placement }], spec)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ')[0]?.slice(2) ?? '');

describe('placement', () => {
  it.each([
    [{ tags: ['db'] }, ['n1']],
    [{ roles: ['db', 'web'] }, ['n1', 'n2']],
    [{ role: 'web' }, ['n2']],
    [{ groups: ['db'] }, ['n1']],
    // Tags win over roles, roles over groups, even where they name nobody.
    [{ tags: ['nobody'], roles: ['db'], groups: ['web'] }, []],
    [{ roles: ['db'], groups: ['web'] }, ['n1']],
    // A regex is anchored at its start only.
    [{ roles: ['/web/'] }, ['n2', 'n3']],
    [{ roles: ['/eb/'] }, []],
    [{ roles: ['/^web$/'] }, ['n2']],
    // Every node that has a tag; the one that only carries the master has none.
    [{ roles: '*' }, ['n1', 'n2', 'n3']],
    [{ roles: ['/.*/'] }, ['n1', 'n2', 'n3']],
    [{ roles: 'master' }, ['master']],
    [{ roles: ['master', 'db'] }, ['master', 'n1']],
    [{}, []],
  ])('%j is on %j', (placement, expected) => {
    expect(places(placement)).toEqual(expected);
  });

  it('warns of `*` and `self` in a list, where they are only names', () => {
    expect(codes(outcomeOf([{ id: 'x', type: 'shell', roles: ['*', 'db'] }], spec).problems)).toEqual([
      'PLAN_PLAIN_STAR task x',
    ]);
  });

  it('puts a stage on the sync point, an anchor on its nodes, members of a group on the group too, the group nowhere', () => {
    const tasks = [
      { id: 's', type: 'stage' },
      { id: 'a', type: 'anchor', roles: ['db'] },
      { id: 'm', type: 'shell', roles: ['db'] },
      { id: 'g', type: 'group', roles: ['web'], tasks: ['m'] },
    ];
    expect(printedAfter('place definitions', tasks, spec)).toBe(
      'a@n1 anchor run\nm@n1 shell run\nm@n2 shell run\ns@sync stage run',
    );
  });

  it('refuses an unknown member of a group that has nodes, and looks away where it has none', () => {
    const group = (roles: string[]) => [
      { id: 'memer', type: 'shell', roles: ['db'] },
      { id: 'g', type: 'group', roles, tasks: ['member'] },
    ];
    const outcome = outcomeOf(group(['web']), spec);
    expect(outcome.problems).toMatchObject([
      { code: 'PLAN_UNKNOWN_TASK', subject: 'group g', remedy: expect.stringContaining('`memer`') as unknown },
    ]);
    expect(outcomeOf(group(['nobody']), spec).problems).toEqual([]);
  });

  it('says why a definition is on no node', () => {
    const made = planOf(
      [
        { id: 'x', type: 'shell', roles: ['db'] },
        { id: 'y', type: 'shell', roles: ['nobody'] },
        { id: 'z', type: 'shell' },
      ],
      spec,
    );
    expect(made.leftOut?.map(({ definition, reason }) => `${definition}: ${reason.code}`)).toEqual([
      'y: no-node',
      'z: no-placement',
    ]);
  });

  it('warns when tasks are on a master that nobody is, and when there are none at all', () => {
    const without = cluster({ n1: ['db'] });
    expect(codes(outcomeOf([{ id: 'x', type: 'shell', roles: ['master'] }], without).problems)).toEqual([
      'PLAN_NO_MASTER cluster c',
    ]);
    expect(codes(outcomeOf([], without).problems)).toEqual(['PLAN_EMPTY cluster c']);
  });

  it.each(['/(/', '/(?=a)/', `/${'a'.repeat(2000)}/`])('refuses the regex %s', (pattern) => {
    expect(codes(outcomeOf([{ id: 'x', type: 'shell', roles: [pattern] }], spec).problems)).toContain(
      'PLAN_BAD_PATTERN task x',
    );
  });

  it('does not hang on a catastrophic regex', () => {
    const long = tagged({ n1: ['a'.repeat(128)] });
    const outcome = outcomeOf(
      [{ id: 'x', type: 'shell', roles: ['/((a+)+)+$/', '/(a|aa)*b/', '/(.*)*(.*)*(.*)*b/'] }],
      long,
    );
    expect(outcome.plan?.tasks).toHaveLength(1);
  });
});
