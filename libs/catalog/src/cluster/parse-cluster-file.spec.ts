import { shown } from '../catalog.testing';
import { parseClusterFile } from './parse-cluster-file';

const read = (text: string): ReturnType<typeof parseClusterFile> => parseClusterFile(text, 'c.yaml');

describe('a cluster file', () => {
  it('is read with all its keys', () => {
    const { spec, problems } = read(`cluster: prod-a
environment: production
release: pg-ha@1.0.0
plugins: [monitoring@2.1.0]
taskBased: true
master: ctl
settings: { a: { b: 1 } }
limits: { nodesAtOnce: 50, ramps: { web: { steps: [1, 10%, 100%], gate: manual }, db: null } }
nodes:
  "1":
    address: 192.0.2.11
    port: 2222
    user: deploy
    become: sudo
    identityFile: ~/.ssh/id
    hostKey: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    jump: ctl
    stateDir: /srv/muster
    roles: [controller, controller]
    tags: [primary-controller]
    settings: { c: 2 }
  2: { address: "2001:db8::1", roles: db }
  ctl:
`);
    expect(shown(problems)).toEqual([]);
    expect(spec).toEqual({
      ...{
        name: 'prod-a',
        environment: 'production',
        release: 'pg-ha@1.0.0',
        plugins: ['monitoring@2.1.0'],
        taskBased: true,
        master: 'ctl',
      },
      ...{
        settings: { a: { b: 1 } },
        limits: { nodesAtOnce: 50, ramps: { web: { steps: [1, '10%', '100%'], gate: 'manual' }, db: null } },
      },
      nodes: expect.arrayContaining([
        {
          name: '1',
          access: {
            ...{
              address: '192.0.2.11',
              port: 2222,
              user: 'deploy',
              become: 'sudo',
              identityFile: '~/.ssh/id',
              jump: 'ctl',
              stateDir: '/srv/muster',
            },
            hostKey: 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
          },
          roles: ['controller'],
          tags: ['primary-controller'],
          settings: { c: 2 },
        },
        { name: '2', access: { address: '2001:db8::1' }, roles: ['db'], tags: null, settings: {} },
        { name: 'ctl', access: {}, roles: [], tags: null, settings: {} },
      ]) as unknown,
    });
    expect(spec?.nodes).toHaveLength(3);
  });

  it('needs little', () => {
    expect(read('cluster: c\nnodes: {n: }').spec).toEqual({
      name: 'c',
      environment: null,
      release: null,
      plugins: [],
      taskBased: null,
      master: null,
      settings: {},
      limits: { nodesAtOnce: null },
      nodes: [{ name: 'n', access: {}, roles: [], tags: null, settings: {} }],
    });
  });

  it.each([
    ['nodes: {}', 'has no `cluster`'],
    ['cluster: c', 'has no `nodes`'],
    ['cluster: c\nnodes: [a]', '`nodes` must be a mapping of node names'],
    ['cluster: c\nnodes: {a: {address: "a b"}}', '`nodes.a.address` must be a host name or an IP address'],
    ['cluster: c\nnodes: {a: {address: 300.1.2.3}}', '`nodes.a.address`'],
    ['cluster: c\nnodes: {a: {port: 0}}', '`nodes.a.port` must be a whole number from 1 to 65535'],
    ['cluster: c\nnodes: {a: {user: "root; rm"}}', '`nodes.a.user`'],
    ['cluster: c\nnodes: {a: {become: su}}', '`nodes.a.become` must be one of none, sudo'],
    ['cluster: c\nnodes: {a: {hostKey: "MD5:aa"}}', '`nodes.a.hostKey`'],
    ['cluster: c\nnodes: {a: {stateDir: relative}}', '`nodes.a.stateDir`'],
    ['cluster: c\nnodes: {a: {stateDir: /a/../b}}', '`nodes.a.stateDir`'],
    ['cluster: c\nnodes: {a: {adress: x}}', 'has an unknown key `adress`'],
    ['cluster: c\nnodes: {sync: }', 'has the reserved name `sync`'],
    ['cluster: c\nnodes: {"null": }', 'has the reserved name `null`'],
    ['cluster: c\nnodes: {"a/../b": }', 'has no usable name'],
    [`cluster: c\nnodes: {${'n'.repeat(10_000)}: }`, 'has no usable name'],
    ['cluster: c\nnodes: {a: , a: }', 'repeats the key `a`'],
    ['cluster: c\nnodes: {a: {jump: b}}', '`jump` names the node b, which is not there'],
    ['cluster: c\nnodes: {a: {jump: a}}', 'is reached in a circle: a -> a'],
    ['cluster: c\nnodes: {a: {jump: b}, b: {jump: c}, c: {jump: a}}', 'is reached in a circle: a -> b -> c -> a'],
    ['cluster: c\nmaster: x\nnodes: {a: }', '`master` names the node x, which is not there'],
    ['cluster: c\nlimits: {nodesAtOnce: 0}\nnodes: {a: }', '`limits.nodesAtOnce` must be a whole number from 1'],
    ...['[]', '[0]', '[1.5]', '[0%]', '[101%]', '[a]', '[{}]', `[${'1,'.repeat(21)}]`].map((steps) => [
      `cluster: c\nlimits: {ramps: {r: {steps: ${steps}}}}\nnodes: {a: }`,
      '`limits.ramps.r.steps',
    ]),
    ['cluster: c\nlimits: {ramps: {r: {gate: manual}}}\nnodes: {a: }', 'has no `limits.ramps.r.steps`'],
    ['cluster: c\nlimits: {ramps: {r: {steps: [1], gate: maybe}}}\nnodes: {a: }', '`limits.ramps.r.gate` must be'],
    ['cluster: c\nlimits: {nodesAtonce: 1}\nnodes: {a: }', 'has an unknown key `nodesAtonce`'],
    ['cluster: c\nrelease: pg\nnodes: {a: }', '`release` must be a name and a version'],
    ['cluster: c\nplugins: [a@1.0.0, a@2.0.0]\nnodes: {a: }', '`plugins` names a more than once'],
    ['cluster: c\nsettings: [a]\nnodes: {a: }', '`settings` must be a mapping'],
    ['cluster: c\nsettings: {a: [{b: {$sealed: {v: 1}}}]}\nnodes: {a: }', '`settings` holds the key $sealed'],
    ['cluster: c\nnodes: {a: {tags: [../x]}}', '`nodes.a.tags.0` must be a name'],
  ])('%j is refused: %s', (text, summary) => {
    const { spec, problems } = read(text);
    expect(spec).toBeNull();
    expect(problems.map((problem) => problem.summary).join('\n')).toContain(summary);
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    expect(problems[0]?.place?.line).toBeGreaterThan(0);
  });

  it('warns of an unknown key at its top, with the nearest right one', () => {
    const { spec, problems } = read('cluster: c\nmster: a\nnodes: {a: }');
    expect(spec).not.toBeNull();
    expect(problems).toMatchObject([
      {
        code: 'CLUSTER_UNKNOWN_KEY',
        severity: 'warning',
        remedy: 'Correct its spelling, or remove it. Did you mean `master`?',
        place: { line: 2 },
      },
    ]);
  });

  it('knows where its values stand', () => {
    const { placeOf } = read('cluster: c\nnodes:\n  a:\n    settings:\n      list: [x, y]\n');
    expect(placeOf(['nodes', 'a', 'settings', 'list', '1'])).toMatchObject({ file: 'c.yaml', line: 5, column: 17 });
    expect(placeOf(['nodes', 'a', 'settings', 'gone', 'x'])).toMatchObject({ line: 4 });
    expect(placeOf([])).toMatchObject({ line: 1 });
  });
});
