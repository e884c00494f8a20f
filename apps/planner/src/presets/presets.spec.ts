import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);

const RELEASE = {
  'release.yaml': `name: r
version: 1.0.0
settings:
  type: object
  required: [password]
  properties:
    port: { type: integer, default: 80 }
    password: { type: string, secret: true }
    token: { type: string, secret: true, generate: true }
`,
  'tasks.yaml': `- { id: a, type: shell, role: [web], parameters: { cmd: echo a } }\n`,
};
const CLUSTER = `cluster: c1
environment: production
release: r@1.0.0
master: n1
settings: { port: 81, password: hunter2hunter2 }
nodes:
  n1: { address: 192.0.2.1, user: deploy, roles: [web] }
  n2: { address: 192.0.2.2, jump: n1, hostKey: "SHA256:${'2'.repeat(43)}", roles: [web], settings: { port: 82 } }
`;

describe('clones and presets', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(RELEASE), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear('preset');
    expectStatus(await planner.apply(CLUSTER), 200);
  });
  afterAll(() => planner.close());

  const paths = (all: { path: string[] }[]) => all.map((each) => each.path.join('.'));

  it('a clone has everything but machines and secrets, which are listed, and cannot be deployed before they are there', async () => {
    const cloned = await planner.post('/api/v1/clusters/c1/clone', {
      name: 'c2',
      environment: 'staging',
      nodes: { n2: 'spare' },
    });
    expectStatus(cloned, 201);
    expect(paths(cloned.body.toBeFilled)).toEqual([
      'settings.password',
      ...['address', 'hostKey', 'identity'].map((each) => `nodes.c2-n1.${each}`),
      ...['address', 'hostKey', 'identity'].map((each) => `nodes.spare.${each}`),
    ]);
    expect(cloned.body.generated).toEqual([['settings', 'token']]);
    const { body } = await planner.get('/api/v1/clusters/c2');
    expect(body.content).toMatchObject({
      environment: 'staging',
      master: 'c2-n1',
      settings: { port: 81, password: '<to be filled>', token: '<secret>' },
      nodes: [
        { name: 'c2-n1', access: { user: 'deploy' } },
        { name: 'spare', access: { jump: 'c2-n1' }, settings: { port: 82 } },
      ],
    });
    const [a, b] = await planner.database.query("SELECT content->'settings'->'token' AS token FROM planner.revision");
    expect(planner.secretBox.open(a.token).reveal()).not.toBe(planner.secretBox.open(b.token).reveal());
    const planned = await planner.post('/api/v1/clusters/c2/plans');
    expect(codes(planned.body)).toContain('PLAN_BLANK');
    const refused = await planner.post('/api/v1/transactions', { cluster: 'c2' });
    expect([refused.status, new Set(codes(refused.body))]).toEqual([
      422,
      new Set(['CLUSTER_BLANK', 'NODE_ADDRESS_MISSING', 'NODE_HOST_KEY_UNKNOWN', 'NODE_IDENTITY_MISSING']),
    ]);
    expectStatus(await planner.patch('/api/v1/clusters/c2/settings', { password: 'another' }), 200);
    expect(paths((await planner.get('/api/v1/clusters/c2/blanks')).body.toBeFilled)).not.toContain('settings.password');
    expect(JSON.stringify(cloned.body)).not.toContain('hunter2');
  });

  it('tell what they lack because a node was left out that others name', async () => {
    const cloned = await planner.post('/api/v1/clusters/c1/clone', { name: 'c2', nodes: { n1: null } });
    expectStatus(cloned, 201);
    expect(cloned.body.problems).toContainEqual(
      expect.objectContaining({
        ...{ code: 'CLUSTER_NODE_LEFT_OUT', severity: 'warning', subject: 'node n1' },
        summary: 'It is the master and is the jump node of n2, and is left out of cluster c2, which has none instead.',
      }),
    );
  });

  it('are refused as a whole where something is wrong', async () => {
    const clone = (body: object) => planner.post('/api/v1/clusters/c1/clone', body);
    expect(codes((await clone({ name: 'c1' })).body)).toEqual(['CLUSTER_EXISTS']);
    expect(codes((await clone({ name: 'c2', nodes: { n1: 'x', n2: 'x', n3: 'y' } })).body)).toEqual([
      'API_INVALID',
      'API_INVALID',
    ]);
    expect(codes((await clone({ name: 'c2', nodes: { n1: 'n1', n2: null } })).body)).toEqual(['CLUSTER_NODE_TAKEN']);
    expect((await clone({ name: '../x' })).status).toBe(400);
    expect((await clone({ name: 'c2', nodes: { n1: 7 } })).status).toBe(400);
    expect((await clone({ name: 'c2', revision: 9 })).status).toBe(404);
    expect((await planner.get('/api/v1/clusters')).body.items).toHaveLength(1);
  });

  it('a preset lies under the settings of the clusters made of it', async () => {
    const saved = await planner.post('/api/v1/presets', { name: 'p', cluster: 'c1', title: 'Web' });
    expectStatus(saved, 201);
    expect(saved.body).toMatchObject({ name: 'p', savedFrom: 'c1@1', release: 'r@1.0.0', who: 'admin' });
    expect(saved.body.content.settings).toEqual({ port: 81, password: '<to be filled>' });
    expect(codes((await planner.post('/api/v1/presets', { name: 'p', cluster: 'c1' })).body)).toEqual([
      'PRESET_EXISTS',
    ]);
    expect((await planner.get('/api/v1/presets')).body.items).toMatchObject([{ name: 'p', title: 'Web' }]);
    const used = await planner.post('/api/v1/presets/p/clusters', { name: 'c3', nodes: { n2: null } });
    expectStatus(used, 201);
    expect(paths(used.body.toBeFilled)).toContain('settings.password');
    const value = async (name: string) => {
      const { body } = await planner.get('/api/v1/clusters/c3/effective');
      return body.values.find((each: { path: string[] }) => each.path[0] === name);
    };
    expect(await value('port')).toMatchObject({
      value: 81,
      origin: { from: 'preset', by: 'p' },
      inherits: { value: 80 },
    });
    expectStatus(await planner.patch('/api/v1/clusters/c3/settings', { port: 90, password: 'mine' }), 200);
    expect(await value('port')).toMatchObject({ value: 90, origin: { from: 'cluster' }, inherits: { value: 81 } });
    expect(await value('password')).toMatchObject({ value: '<secret>', blank: false });
    expectStatus(await planner.patch('/api/v1/clusters/c3/settings', { port: null }), 200);
    expect(await value('port')).toMatchObject({ value: 81 });
    expectStatus(await planner.delete('/api/v1/presets/p'), 204);
    expectStatus(await planner.get('/api/v1/presets/p'), 404);
    expect(await value('port')).toMatchObject({ value: 81 });
  });
});
