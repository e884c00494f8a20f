import { cluster, codes, outcomeOf, planOf, printedAfter, release } from '../planning.testing';

const tasks = [
  { id: 'a', type: 'shell', roles: ['web'] },
  { id: 'b', type: 'shell', roles: ['web'], requires: ['a'] },
  { id: 'c', type: 'shell', roles: ['db'] },
];
const nodes = { d1: ['db'], w1: ['web'], w2: ['web'], w10: ['web'] };
const printed = (ramp: object, limits: object = {}, definitions: object[] = tasks): string =>
  printedAfter('ramp roles', [], cluster(nodes, { limits }), {
    release: release(definitions, { roles: { web: { ramp }, db: {} } }),
  });
const gates = (ramp: object, limits: object = {}): string[] =>
  printed(ramp, limits)
    .split('\n')
    .filter((line) => line.startsWith('ramp.'));

describe('a ramp', () => {
  it('lets the nodes of its role go in waves, each after a gate that comes after the wave before', () => {
    expect(printed({ steps: [1, '34%'] })).toBe(
      [
        'a@w1 shell run',
        'a@w10 shell run\n  ramp.web.1@sync',
        'a@w2 shell run\n  ramp.web.1@sync',
        'b@w1 shell run\n  a@w1',
        'b@w10 shell run\n  a@w10\n  ramp.web.1@sync',
        'b@w2 shell run\n  a@w2\n  ramp.web.1@sync',
        'c@d1 shell run',
        'ramp.web.1@sync stage run\n  a@w1\n  b@w1',
      ].join('\n'),
    );
  });

  it('ends its waves with the steps, or with the rest of the nodes', () => {
    expect(gates({ steps: [1] })).toHaveLength(1);
    expect(gates({ steps: [1, 1] })).toHaveLength(2);
    expect(gates({ steps: [1, 1, 1] })).toHaveLength(2);
    expect(gates({ steps: [1, '1%', 5, 5] })).toHaveLength(2);
    expect(gates({ steps: ['100%'] })).toEqual([]);
  });

  it('waits at a manual gate for the event of the name of the gate', () => {
    const made = planOf([], cluster({ w1: ['web'], w2: ['web'] }), {
      release: release(tasks, { roles: { web: { ramp: { steps: [1], gate: 'manual' } } } }),
    });
    expect(made.tasks.find(({ node }) => node === 'sync')).toMatchObject({
      ...{ task: 'ramp.web.1@sync', type: 'wait-for', parameters: { event: 'ramp.web.1' }, action: 'run' },
      requires: ['b@w1'],
      reason: { code: 'ramp', text: expect.stringMatching(/Wave 1 of role web .*1 of 2 nodes.*muster approve/) },
    });
  });

  it('is what the cluster says, before what the role says', () => {
    expect(gates({ steps: [1] }, { ramps: { web: null } })).toEqual([]);
    expect(gates({ steps: [1] }, { ramps: { web: { steps: [1, 1] } } })).toHaveLength(2);
    expect(gates({ steps: [3] }, { ramps: { db: { steps: [1] } } })).toEqual([]);
  });

  it('counts only nodes that have something to do', () => {
    const made = outcomeOf([], cluster(nodes), {
      release: release(tasks, { roles: { web: { ramp: { steps: [1] } } } }),
      options: { nodes: ['w2', 'w10'] },
    });
    expect(made.plan?.tasks.filter(({ requires }) => requires.includes('ramp.web.1@sync'))).toMatchObject([
      { task: 'a@w10' },
    ]);
  });

  it('does not hold what an earlier wave needs, and says so', () => {
    const crossed = [
      { id: 'a', type: 'shell', roles: ['web'] },
      { id: 'b', type: 'shell', roles: ['web'], 'cross-depends': [{ name: 'a', role: 'web' }] },
    ];
    expect(printed({ steps: [1, 1] }, {}, crossed)).toBe(
      [
        'a@w1 shell run',
        'a@w10 shell run',
        'a@w2 shell run',
        'b@w1 shell run\n  a@w1\n  a@w10\n  a@w2',
        'b@w10 shell run\n  a@w1\n  a@w10\n  a@w2\n  ramp.web.2@sync',
        'b@w2 shell run\n  a@w1\n  a@w10\n  a@w2\n  ramp.web.1@sync',
        'ramp.web.1@sync stage run\n  a@w1\n  b@w1',
        'ramp.web.2@sync stage run\n  a@w2\n  b@w2\n  ramp.web.1@sync',
      ].join('\n'),
    );
    const { problems, plan } = outcomeOf([], cluster(nodes), {
      release: release(crossed, { roles: { web: { ramp: { steps: [1, 1] } } } }),
    });
    expect(plan).not.toBeNull();
    expect(problems).toMatchObject([{ code: 'PLAN_RAMP_EARLIER', summary: expect.stringContaining('2 tasks (a)') }]);
  });

  it('holds every run of a repeated task', () => {
    const repeated = [{ id: 'a', type: 'shell', roles: ['web'], repeat: { times: 2, judge: 'last' } }];
    expect(printed({ steps: [2] }, {}, repeated)).toContain('a.1@w10 shell run\n  ramp.web.1@sync');
  });

  it('needs the names of its gates', () => {
    const taken = [...tasks, { id: 'ramp.web.1', type: 'shell', roles: ['db'] }];
    const { problems } = outcomeOf([], cluster(nodes), {
      release: release(taken, { roles: { web: { ramp: { steps: [1] } } } }),
    });
    expect(codes(problems)).toEqual(['PLAN_NAME_TAKEN role web']);
  });
});

describe('a wait for an event that is placed nowhere', () => {
  it('is a gate on the sync point', () => {
    const gate = { id: 'go', type: 'wait-for', parameters: { event: 'go' }, requires: [] };
    const after = { id: 'z', type: 'shell', roles: ['web'], requires: ['go'] };
    expect(printedAfter('resolve relations on the node', [gate, after], cluster({ w1: ['web'] }))).toBe(
      'go@sync wait-for run\nz@w1 shell run\n  go@sync',
    );
  });
});
