import type { ClusterSpec, Plan } from '@muster/model';
import { plan } from './plan';
import { PASSES } from './passes/pass-list';
import { cluster, planOf, release, sha256 } from './planning.testing';
import { printGraph } from './render/print-graph.testing';

const tasks = [
  { id: 'start', type: 'stage' },
  {
    id: 'install',
    type: 'shell',
    roles: ['web', 'db'],
    requires: ['start'],
    parameters: { cmd: 'install' },
    expected: 10,
  },
  { id: 'init', type: 'shell', roles: ['db'], requires: ['install'], parameters: { cmd: 'init' }, expected: 60 },
  {
    id: 'join',
    type: 'shell',
    roles: ['web'],
    requires: ['install'],
    'cross-depends': [{ name: 'init', role: ['db'] }],
    expected: 5,
    parameters: { cmd: 'join', strategy: { type: 'parallel', amount: 2 } },
  },
  { id: 'end', type: 'stage', 'cross-depends': [{ name: 'join' }] },
];
const spec = cluster({ w1: ['web'], w2: ['web'], w3: ['web'], d1: ['db'] });
const digest = (more: Parameters<typeof planOf>[2] = {}, of: ClusterSpec = spec): string =>
  planOf(tasks, of, more).digest;

describe('a plan', () => {
  it('is the reduced graph, with limits and everything that the executor needs', () => {
    const made = planOf(tasks, spec);
    expect(printGraph(made)).toBe(
      [
        ...[
          'end@sync stage skip',
          '  join@w1',
          '  join@w2',
          '  join@w3',
          'init@d1 shell run',
          '  install@d1',
          'install@d1 shell run',
          '  start@sync',
        ],
        ...[
          'install@w1 shell run',
          '  start@sync',
          'install@w2 shell run',
          '  start@sync',
          'install@w3 shell run',
          '  start@sync',
        ],
        ...[
          'join@w1 shell run',
          '  init@d1',
          '  install@w1',
          'join@w2 shell run',
          '  init@d1',
          '  install@w2',
          'join@w3 shell run',
          '  init@d1',
          '  install@w3',
          'start@sync stage skip',
        ],
      ].join('\n'),
    );
    expect(made.limits).toEqual({ 'definition:join': 2 });
    expect(made.tasks.find(({ task }) => task === 'join@w1')).toEqual({
      ...{
        task: 'join@w1',
        definition: 'join',
        node: 'w1',
        type: 'shell',
        action: 'run',
        reason: { code: 'no-inputs', text: 'Declares no inputs, so it runs every time.' },
      },
      ...{
        requires: ['init@d1', 'install@w1'],
        parameters: { cmd: 'join' },
        limit: 2,
        limits: ['definition:join'],
        expectedMs: 5000,
      },
      ...{
        retries: { count: 0, delayMs: 0, backoff: 1 },
        timeoutMs: 3_600_000,
        onFailure: 'fail',
        idempotent: false,
        outputs: null,
        files: [],
      },
    });
  });

  it('predicts the critical path from hints, and from history where there is one', () => {
    expect(planOf(tasks, spec)).toMatchObject({
      criticalPath: ['install@d1', 'init@d1', 'join@w1'],
      expectedMs: 75_000,
    });
    const recordedMs = (definition: string, node: string): number | null =>
      definition === 'install' && node === 'w2' ? 100_000 : null;
    expect(planOf(tasks, spec, { recordedMs })).toMatchObject({
      criticalPath: ['install@w2', 'join@w2'],
      expectedMs: 105_000,
    });
  });

  it('names the files that each running task needs, whole folders too', () => {
    const withFiles = [
      { id: 'a', type: 'upload_file', roles: '*', parameters: { path: '/x', file: 'conf/x.conf' } },
      {
        id: 'b',
        type: 'copy_files',
        roles: '*',
        parameters: {
          files: [
            { src: 'conf', dst: '/etc/conf' },
            { src: '/abs', dst: '/y' },
          ],
        },
      },
      { id: 'c', type: 'upload_file', roles: '*', condition: false, parameters: { path: '/x', file: 'conf/x.conf' } },
    ];
    const made = planOf([], cluster({ n1: ['a'] }), {
      release: release(withFiles, {}, ['conf/x.conf', 'conf/y.conf', 'other']),
    });
    expect(made.tasks.map(({ files }) => files.map(({ path }) => path))).toEqual([
      ['conf/x.conf'],
      ['conf/x.conf', 'conf/y.conf'],
      [],
    ]);
  });

  it('is traced pass by pass', () => {
    const names: string[] = [];
    planOf(tasks, spec, { trace: (pass) => names.push(pass) });
    expect(names).toEqual(PASSES.map(({ name }) => name));
  });

  it('leaves a stage as the only way only where no failure could slip through it', () => {
    // c waits for a itself and for the stage after it: the stage may pass although a failed, so the first relation stays.
    const withStage = [
      { id: 'a', type: 'shell', roles: ['web'] },
      { id: 's', type: 'stage', 'cross-depends': [{ name: 'a' }] },
      { id: 'c', type: 'shell', roles: ['web'], requires: ['s', 'a', 'b'] },
      { id: 'b', type: 'shell', roles: ['web'], requires: ['a'] },
    ];
    expect(planOf(withStage, cluster({ w: ['web'] })).tasks.find(({ task }) => task === 'c@w')?.requires).toEqual([
      'b@w',
      's@sync',
    ]);
    const direct = withStage
      .filter(({ id }) => id !== 'b')
      .map((task) => (task.id === 'c' ? { ...task, requires: ['s', 'a'] } : task));
    expect(planOf(direct, cluster({ w: ['web'] })).tasks.find(({ task }) => task === 'c@w')?.requires).toEqual([
      'a@w',
      's@sync',
    ]);
  });
});

describe('the digest', () => {
  it('is the same for the same input, byte for byte, and however the cluster file orders its nodes', () => {
    expect(digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(planOf(tasks, spec))).toBe(JSON.stringify(planOf(tasks, spec)));
    const other: ClusterSpec = { ...spec, nodes: [...spec.nodes].reverse() };
    expect(JSON.stringify(planOf(tasks, other))).toBe(JSON.stringify(planOf(tasks, spec)));
  });

  it.each<[string, Parameters<typeof planOf>[2]]>([
    ['another revision', { identity: { revision: 'b' } }],
    ['another bundle digest', { identity: { bundles: ['sha256:b'] } }],
    ['another host key', { identity: { nodes: { w1: 'SHA256:b' } } }],
    ['another previous state', { identity: { previous: { 'join@w1': 'b' } } }],
    ['a selection of nodes', { options: { nodes: ['w1', 'w2', 'w3', 'd1'] } }],
    ['a selection of tasks', { options: { tasks: ['join'] } }],
    ['force', { options: { force: true } }],
    ['noop', { options: { noop: true } }],
    ['other tasks', { release: release([...tasks.slice(1), { id: 'start', type: 'anchor', roles: '*' }]) }],
    [
      'other parameters',
      {
        release: release(tasks.map((task) => (task.id === 'init' ? { ...task, parameters: { cmd: 'other' } } : task))),
      },
    ],
    [
      'another timeout',
      { release: release(tasks.map((task) => (task.id === 'init' ? { ...task, timeout: 5 } : task))) },
    ],
    [
      'another relation',
      { release: release(tasks.map((task) => (task.id === 'end' ? { ...task, 'cross-depends': [] } : task))) },
    ],
  ])('changes with %s', (_what, more) => {
    expect(digest(more)).not.toBe(digest());
  });

  it('changes with a node, a tag and a limit of the cluster', () => {
    const others = [
      cluster({ w1: ['web'], w2: ['web'], d1: ['db'] }),
      cluster({ w1: ['web'], w2: ['web'], w3: ['web', 'x'], d1: ['db'] }),
      { ...spec, limits: { nodesAtOnce: 2 } },
      { ...spec, master: 'd1' },
    ];
    const all = [digest(), ...others.map((each) => digest({}, each))];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not change with durations, descriptions or the order of a selection', () => {
    expect(digest({ recordedMs: () => 7 })).toBe(digest());
    expect(digest({ release: release(tasks.map((task) => ({ ...task, description: 'x', expected: 1 }))) })).toBe(
      digest(),
    );
    expect(digest({ options: { nodes: ['w1', 'd1'] } })).toBe(digest({ options: { nodes: ['d1', 'w1'] } }));
  });

  it('sees a secret by its fingerprint: sealed again it is the same', () => {
    const sealed = (data: string, fingerprint: string): Plan['digest'] => {
      const of = release([{ id: 'u', type: 'upload_file', roles: '*', parameters: { path: '/x', data: 'later' } }]);
      const [graph] = of.graphs;
      const definitions = (graph?.definitions ?? []).map((definition) => ({
        ...definition,
        parameters: { path: '/x', data: { $sealed: { v: 1, key: 'k', wrapped: data, data, fingerprint } } },
      }));
      return planOf([], cluster({ n: ['a'] }), {
        release: { ...of, graphs: [{ type: 'default', metadata: {}, definitions }] },
      }).digest;
    };
    expect(sealed('one', 'f')).toBe(sealed('two', 'f'));
    expect(sealed('one', 'f')).not.toBe(sealed('one', 'g'));
  });
});

describe('planning', () => {
  it('returns all problems of a bad input at once', () => {
    const bad = [
      { id: 'a', type: 'shell', roles: ['web'], requires: ['b', 'nope'], condition: { yaql_exp: '1 +' } },
      { id: 'b', type: 'shell', roles: ['web'], requires: ['a'] },
      { id: 'g', type: 'group', roles: ['web'], tasks: ['gone'] },
    ];
    const outcome = plan({
      cluster: spec,
      release: release(bad),
      plugins: [],
      graphType: 'default',
      sha256,
      options: { nodes: ['w9'] },
    });
    expect(outcome.plan).toBeNull();
    expect(outcome.problems.map(({ code }) => code).sort()).toEqual([
      'PLAN_CYCLE',
      'PLAN_EXPRESSION_FAILED',
      'PLAN_UNKNOWN_NAME',
      'PLAN_UNKNOWN_NODE',
      'PLAN_UNKNOWN_TASK',
    ]);
  });

  it('takes names such as constructor and __proto__ for names', () => {
    const odd = [
      { id: 'constructor', type: 'shell', roles: ['toString'], requires: ['valueOf', '__proto__'] },
      { id: 'valueOf', type: 'shell', roles: ['toString'] },
    ];
    const outcome = plan({
      cluster: cluster({ hasOwnProperty: ['toString'] }),
      release: release(odd),
      plugins: [],
      graphType: 'default',
      sha256,
    });
    expect(outcome.problems.map(({ summary }) => summary)).toEqual(['names __proto__, which exists nowhere']);
    expect(outcome.plan && printGraph(outcome.plan)).toBe(
      'constructor@hasOwnProperty shell run\n  valueOf@hasOwnProperty\nvalueOf@hasOwnProperty shell run',
    );
  });
});
