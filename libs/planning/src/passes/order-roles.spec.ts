import { cluster, codes, outcomeOf, planOf, printedAfter, release, tagged } from '../planning.testing';

const tasks = [
  { id: 'base', type: 'shell', roles: '*' },
  { id: 'app', type: 'shell', roles: ['web'], requires: ['base'] },
  { id: 'data', type: 'shell', roles: ['db'], requires: ['base'] },
];
const spec = cluster({ d1: ['db'], w1: ['web'], w2: ['web'] });
const printed = (roles: object, more: object = {}, made = spec): string =>
  printedAfter('order roles', [], { ...made, ...more }, { release: release(tasks, { roles }) });

describe('roles', () => {
  it('with an order come one after the other, all tasks of one before any of the next', () => {
    expect(printed({ db: { order: 10 }, web: { order: 20 } })).toBe(
      [
        'app@w1 shell run\n  base@d1\n  base@w1\n  data@d1',
        'app@w2 shell run\n  base@d1\n  base@w2\n  data@d1',
        'base@d1 shell run',
        'base@w1 shell run\n  base@d1\n  data@d1',
        'base@w2 shell run\n  base@d1\n  data@d1',
        'data@d1 shell run\n  base@d1',
      ].join('\n'),
    );
  });

  it('without an order are not ordered, those of one order go together', () => {
    const free = printed({ db: {}, web: {} });
    expect(printed({ db: { order: 10 }, web: {} })).toBe(free);
    expect(printed({ db: { order: 10 }, web: { order: 10 } })).toBe(free);
  });

  it('are stages one and all, role by role: those without an order last, in natural order', () => {
    const byRole = printed({ web: { order: 1 }, db: {} }, { taskBased: false });
    expect(byRole).toContain('data@d1 shell run\n  app@w1\n  app@w2\n  base@d1\n  base@w1\n  base@w2');
    expect(printed({}, { taskBased: false })).toContain('app@w1 shell run\n  base@d1\n  base@w1\n  data@d1');
  });

  it('without an order follow the groups of their names, role by role', () => {
    const groups = [
      { id: 'web', type: 'group', roles: ['web'], tasks: ['x'] },
      { id: 'db', type: 'group', roles: ['db'], requires: ['web'], tasks: ['x'] },
      { id: 'x', type: 'shell', version: '2.0.0' },
    ];
    expect(printedAfter('order roles', groups, { ...spec, taskBased: false })).toBe(
      'x@d1 shell run\n  x@w1\n  x@w2\nx@w1 shell run\nx@w2 shell run',
    );
  });

  it('count a task for the earliest role that brings it to a node', () => {
    const both = cluster({ n1: ['web', 'db'], n2: ['web'] });
    expect(printed({ db: { order: 1 }, web: { order: 2 } }, {}, both)).toBe(
      [
        'app@n1 shell run\n  base@n1\n  data@n1',
        'app@n2 shell run\n  base@n1\n  base@n2\n  data@n1',
        'base@n1 shell run',
        'base@n2 shell run\n  base@n1\n  data@n1',
        'data@n1 shell run\n  base@n1',
      ].join('\n'),
    );
  });

  it('are the tags of a node whose tags are given, primaries included', () => {
    const made = tagged({ a: ['primary-db'], b: ['web'] });
    expect(printed({ db: { order: 2, hasPrimary: true }, web: { order: 1 } }, {}, made)).toContain(
      'base@a shell run\n  app@b\n  base@b',
    );
  });

  it('of mode serial let one node after the other through the whole chain, in natural order', () => {
    const made = cluster({ w10: ['web'], w2: ['web'], d1: ['db'] });
    expect(printed({ web: { mode: 'serial' }, db: {} }, {}, made)).toBe(
      [
        'app@w10 shell run\n  app@w2\n  base@w10\n  base@w2',
        'app@w2 shell run\n  base@w2',
        'base@d1 shell run',
        'base@w10 shell run\n  app@w2\n  base@w2',
        'base@w2 shell run',
        'data@d1 shell run\n  base@d1',
      ].join('\n'),
    );
  });

  it('of mode leader let the same node go first every time', () => {
    const roles = { web: { mode: 'leader' }, db: {} };
    const leaderOf = (previous: Record<string, string>) => {
      const { plan, primaries } = outcomeOf([], spec, {
        release: release(tasks, { roles }),
        previousPrimaries: previous,
      });
      return [primaries['leader:web'], plan?.tasks.find(({ task }) => task === 'base@w1')?.requires];
    };
    expect(leaderOf({})).toEqual(['w1', []]);
    expect(leaderOf({ 'leader:web': 'w2' })).toEqual(['w2', ['app@w2']]);
    expect(leaderOf({ 'leader:web': 'gone' })).toEqual(['w1', []]);
  });

  it('of mode leader let the primary lead', () => {
    const roles = { web: { mode: 'leader', hasPrimary: true } };
    const more = [...tasks, { id: 'first', type: 'shell', roles: ['primary-web'] }];
    const outcome = outcomeOf([], cluster({ w1: ['web'], w2: ['web'] }), {
      release: release(more, { roles }),
      previousPrimaries: { web: 'w2' },
    });
    expect(outcome.plan?.tasks.find(({ task }) => task === 'base@w1')?.requires).toEqual(['base@w2', 'first@w2']);
    expect(outcome.primaries).toEqual({ web: 'w2' });
  });

  it('that contradict a relation are a cycle that is shown', () => {
    const outcome = outcomeOf([], cluster({ n: ['db'], m: ['web'] }), {
      release: release(
        [
          { id: 'a', type: 'shell', roles: ['db'], 'cross-depends': [{ name: 'b' }] },
          { id: 'b', type: 'shell', roles: ['web'] },
        ],
        { roles: { db: { order: 1 }, web: { order: 2 } } },
      ),
    });
    expect(codes(outcome.problems)).toEqual(['PLAN_CYCLE task a@n']);
  });
});

describe('role by role', () => {
  const old = (version: string | undefined) => [{ id: 'x', type: 'shell', roles: ['db', 'web'], version }];
  const isByRole = (made: ReturnType<typeof outcomeOf>): boolean =>
    made.plan?.tasks.find(({ task }) => task === 'x@w1')?.requires.includes('x@d1') ?? false;

  it('is what a definition below 2.0.0 makes of the whole cluster, and each is named', () => {
    const made = outcomeOf(old('1.0.0'), spec);
    expect(codes(made.problems)).toEqual(['PLAN_ROLE_BY_ROLE task x']);
    expect(isByRole(made)).toBe(true);
    for (const version of ['2.0.0', undefined]) {
      const other = outcomeOf(old(version), spec);
      expect([codes(other.problems), isByRole(other)]).toEqual([[], false]);
    }
  });

  it('is the default of a Fuel below 8.0, and of definitions of Fuel without a version', () => {
    const fuel = (fuelVersion: string, version?: string, taskBased: boolean | null = null) =>
      outcomeOf([], { ...spec, taskBased }, { release: release(old(version), { compat: 'fuel', fuelVersion }) });
    expect([codes(fuel('7.0', '2.0.0').problems), isByRole(fuel('7.0', '2.0.0'))]).toEqual([[], true]);
    expect(isByRole(fuel('8.0', '2.0.0'))).toBe(false);
    expect(isByRole(fuel('7.0', '2.0.0', true))).toBe(false);
    expect([codes(fuel('9.0').problems), isByRole(fuel('9.0'))]).toEqual([['PLAN_ROLE_BY_ROLE task x'], true]);
  });

  it('is one barrier after each role, however many nodes', () => {
    const nodes = Object.fromEntries([...Array(20).keys()].map((at) => [`n${at}`, [at % 2 === 0 ? 'db' : 'web']]));
    const made = planOf(tasks, cluster(nodes, { taskBased: false }));
    expect(made.barriers).toHaveLength(1);
  });
});
