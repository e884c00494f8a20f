import {
  cluster,
  codes,
  outcomeOf,
  planOf,
  printedAfter,
  release,
  shownGraph,
  tagged,
  scripted,
} from '../planning.testing';

const spec = tagged({ n1: ['db'], n2: ['web'], n3: ['web'] }, { master: 'n1' });
const shell = (id: string, more: object = {}): object => ({ id, type: 'shell', roles: '*', ...more });
const relations = (tasks: object[], more: Parameters<typeof planOf>[2] = {}): string[] =>
  shownGraph(planOf(tasks, spec, { options: { raw: true }, ...more })).relations;

describe('requires and required_for', () => {
  it('look on the same node and the sync point', () => {
    const tasks = [
      { id: 's', type: 'stage' },
      { id: 'e', type: 'stage' },
      shell('a', { requires: ['s'] }),
      { id: 'b', type: 'shell', roles: ['web'], requires: ['a'], required_for: ['e'] },
    ];
    expect(printedAfter('resolve relations on the node', tasks, spec)).toBe(
      [
        'a@n1 shell run',
        '  s@sync',
        'a@n2 shell run',
        '  s@sync',
        'a@n3 shell run',
        '  s@sync',
        'b@n2 shell run',
        '  a@n2',
        'b@n3 shell run',
        '  a@n3',
        'e@sync stage skip',
        '  b@n2',
        '  b@n3',
        's@sync stage skip',
      ].join('\n'),
    );
  });

  it('take a regex, anchored at its start, and never mean the task itself', () => {
    expect(
      relations([
        shell('db1', { roles: ['db'] }),
        shell('xdb', { roles: ['db'] }),
        shell('db2', { roles: ['db'], requires: ['/db/'] }),
      ]),
    ).toEqual(['db1@n1 > db2@n1']);
  });

  it('go further when they say a role', () => {
    expect(relations([shell('a'), shell('b', { roles: ['db'], requires: [{ name: 'a', role: ['web'] }] })])).toEqual([
      'a@n2 > b@n1',
      'a@n3 > b@n1',
    ]);
  });
});

describe('cross relations', () => {
  it.each([
    ['all nodes but neither master nor sync point', {}, ['a@n1', 'a@n2', 'a@n3']],
    ['roles by name', { role: ['db'] }, ['a@n1']],
    ['one role by name', { role: 'web' }, ['a@n2', 'a@n3']],
    ['roles by regex', { role: ['/^w/'] }, ['a@n2', 'a@n3']],
    ['every node', { role: '*' }, ['a@n1', 'a@n2', 'a@n3']],
    ['the own node', { role: 'self' }, ['a@n1']],
    ['the sync point', { role: null }, []],
    ['the master', { role: 'master' }, ['a@master']],
    ['the master among others', { role: ['master', 'db'] }, ['a@master', 'a@n1']],
  ])('look at %s', (_what, role, expected) => {
    const tasks = [
      shell('a', { roles: ['master', '/.*/'] }),
      shell('b', { roles: ['db'], 'cross-depends': [{ name: 'a', ...role }] }),
    ];
    expect(relations(tasks)).toEqual(expected.map((before) => `${before} > b@n1`));
  });

  it('reach the sync point by null alone', () => {
    expect(
      relations([{ id: 's', type: 'stage' }, shell('b', { roles: ['db'], cross_depends: [{ name: 's' }] })]),
    ).toEqual([]);
    expect(
      relations([
        { id: 's', type: 'stage' },
        shell('b', { roles: ['db'], cross_depends: [{ name: 's', role: null }] }),
      ]),
    ).toEqual(['s@sync > b@n1']);
  });

  it('work in both directions', () => {
    const tasks = [shell('a', { roles: ['db'], 'cross-depended-by': [{ name: 'b', role: ['web'] }] }), shell('b')];
    expect(printedAfter('resolve relations across nodes', tasks, spec)).toBe(
      'a@n1 shell run\nb@n1 shell run\nb@n2 shell run\n  a@n1\nb@n3 shell run\n  a@n1',
    );
  });

  it('with policy any choose among the nodes that have the task, the same each time and evenly spread', () => {
    const wide = tagged(
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`n${index + 1}`, [index < 3 ? 'db' : 'web']])),
    );
    const tasks = [
      shell('a', { roles: ['db'] }),
      shell('b', { roles: ['web'], 'cross-depends': [{ name: 'a', policy: 'any' }] }),
    ];
    const chosen = planOf(tasks, wide)
      .tasks.filter(({ definition }) => definition === 'b')
      .map(({ requires }) => requires);
    expect(chosen.every((each) => each.length === 1)).toBe(true);
    const counts = ['a@n1', 'a@n2', 'a@n3'].map((task) => chosen.flat().filter((each) => each === task).length);
    expect(counts).toEqual([3, 3, 3]);
    expect(planOf(tasks, wide)).toEqual(planOf(tasks, wide));
  });

  it('with policy any pass over the task itself', () => {
    expect(relations([shell('a', { roles: ['db'], 'cross-depends': [{ name: 'a', policy: 'any' }] })])).toEqual([]);
  });

  it('may be computed on each node: a name, a relation, a list, or nothing', () => {
    const evaluator = scripted(({ text }, { node }) => ({
      ok: true,
      value:
        node === 'n1' ? null : text === 'list' ? [{ name: 'a', role: ['db'] }, 'c'] : text === 'role' ? ['db'] : 'a',
    }));
    const b = (more: object): object[] => [
      shell('a', { roles: ['db'] }),
      shell('c', { roles: ['db'] }),
      shell('b', more),
    ];
    expect(relations(b({ 'cross-depends': { yaql_exp: 'list' } }), { evaluator })).toEqual([
      'a@n1 > b@n2',
      'a@n1 > b@n3',
      'c@n1 > b@n2',
      'c@n1 > b@n3',
    ]);
    expect(relations(b({ 'cross-depends': [{ yaql_exp: 'name' }] }), { evaluator })).toEqual([
      'a@n1 > b@n2',
      'a@n1 > b@n3',
    ]);
    expect(
      relations(b({ 'cross-depends': [{ name: 'c', role: { yaql_exp: 'role' } }] }), { evaluator }).filter(
        (each) => !each.endsWith('b@n1'),
      ),
    ).toEqual(['c@n1 > b@n2', 'c@n1 > b@n3']);
  });

  it('that compute to something else are refused', () => {
    const evaluator = scripted(() => ({ ok: true, value: { nme: 'a' } }));
    expect(
      codes(
        outcomeOf([shell('b', { roles: ['db'], 'cross-depends': [{ yaql_exp: 'x' }] })], spec, { evaluator }).problems,
      ),
    ).toEqual(['PLAN_EXPRESSION_FAILED task b@n1']);
  });
});

describe('after', () => {
  it('means all tasks of that definition, wherever they are', () => {
    const tasks = [
      { id: 's', type: 'stage' },
      shell('a', { roles: ['web', 'master'] }),
      shell('b', { roles: ['db'], after: ['a', 's'] }),
    ];
    expect(relations(tasks)).toEqual(['a@master > b@n1', 'a@n2 > b@n1', 'a@n3 > b@n1', 's@sync > b@n1']);
  });
});

describe('unknown names', () => {
  it('are reported once with the nearest known, also of definitions that are on no node; groups are known', () => {
    const tasks = [
      shell('install', { requires: ['instal', 'g'], required_for: ['instal'] }),
      { id: 'nowhere', type: 'shell', 'cross-depends': [{ name: '/^nothing/' }] },
      { id: 'g', type: 'group', roles: ['web'] },
    ];
    const { problems, plan } = outcomeOf(tasks, spec);
    expect(problems.map(({ code, subject, severity, summary }) => [code, subject, severity, summary])).toEqual([
      ['PLAN_UNKNOWN_NAME', 'task install', 'warning', 'names instal, which exists nowhere'],
      ['PLAN_UNKNOWN_NAME', 'task nowhere', 'warning', 'names /^nothing/, which matches no task definition'],
    ]);
    expect(problems[0]?.remedy).toContain('`install`');
    expect(problems[0]?.place?.file).toBe('tasks.yaml');
    expect(plan).not.toBeNull();
  });
});

describe('unknown roles', () => {
  const tasks = [
    shell('a'),
    shell('b', {
      'cross-depends': ['web', 'wbe', 'primary-web', 'self', '/x/', 'master'].map((role) => ({ name: 'a', role })),
    }),
  ];

  it('in relations are reported with the nearest that is known', () => {
    const outcome = outcomeOf([], cluster({ n1: ['web'] }), { release: release(tasks, { roles: { web: {} } }) });
    expect(outcome.problems.map(({ code, summary }) => `${code} ${summary}`)).toEqual([
      'PLAN_UNKNOWN_ROLE relates to tasks of the role wbe, which no node can have',
    ]);
    expect(outcome.problems[0]?.remedy).toContain('`web`');
  });

  it('are nobody to tell where no role is declared', () => {
    expect(outcomeOf(tasks, spec).problems).toEqual([]);
  });
});
