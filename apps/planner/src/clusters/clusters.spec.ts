import type { Problem } from '@muster/problems';
import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);

describe('clusters', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    // Sequencers stand still while a table is emptied; no event of the test before is left for them.
    await planner.clear('feed_event');
  });
  afterAll(() => planner.close());

  it('get a new revision for every change, and none for the same content', async () => {
    expect((await planner.apply()).body).toMatchObject({ revision: 1, changed: true });
    expect((await planner.apply()).body).toMatchObject({ revision: 1, changed: false, acceptedHostKeys: [] });
    expect((await planner.apply(smallCluster('{ port: 81 }'))).body).toMatchObject({ revision: 2, changed: true });
    expect((await planner.apply()).body).toMatchObject({ revision: 3, changed: true });
    const { body } = await planner.get('/api/v1/clusters/c1/revisions');
    expect(body.items.map((each: { number: number }) => each.number)).toEqual([3, 2, 1]);
    expect(body.items[0].hash).toBe(body.items[2].hash);
    expect((await planner.get('/api/v1/clusters/c1/revisions/2')).body.content.settings).toEqual({ port: 81 });
    expect((await planner.get('/api/v1/clusters/c1')).body).toMatchObject({
      revision: 3,
      release: 'small@1.0.0',
      nodes: 2,
      liveRevision: null,
    });
    for (const number of ['9', '-1', '-99999999999', '99999999999999999999'])
      expect((await planner.get(`/api/v1/clusters/c1/revisions/${number}`)).status).toBe(404);
  });

  it('are found by environment, release and part of the name', async () => {
    for (const [name, environment] of [
      ['alpha', 'production'],
      ['beta', 'staging'],
      ['gamma', 'production'],
    ] as const) {
      const source = `cluster: ${name}\nenvironment: ${environment}\nrelease: small@1.0.0\nnodes: { ${name}-1: { roles: [web] } }\n`;
      expectStatus(await planner.put(`/api/v1/clusters/${name}`, { source }), 200);
    }
    const found = async (query: string) =>
      (await planner.get(`/api/v1/clusters?${query}`)).body.items.map(({ name }: { name: string }) => name) as string[];
    expect(await found('environment=production')).toEqual(['alpha', 'gamma']);
    expect(await found('release=small&text=ETA')).toEqual(['beta']);
    expect(await found('release=small@1.0.0&environment=staging')).toEqual(['beta']);
    expect([await found('release=smal'), await found('release=small@1.0.1'), await found('text=%25')]).toEqual([
      [],
      [],
      [],
    ]);
    const { body } = await planner.get('/api/v1/clusters?environment=production&limit=1');
    expect([body.items.length, await found(`environment=production&limit=1&cursor=${body.next}`)]).toEqual([
      1,
      ['gamma'],
    ]);
  });

  it('do not change by applying a secret again, and change with it', async () => {
    const withPassword = (password: string) => smallCluster(`{ password: ${password} }`);
    expect((await planner.apply(withPassword('one'))).body).toMatchObject({ revision: 1 });
    expect((await planner.apply(withPassword('one'))).body).toMatchObject({ revision: 1, changed: false });
    expect((await planner.apply(withPassword('two'))).body).toMatchObject({ revision: 2, changed: true });
  });

  it('are refused with the fingerprint of a key that nobody has accepted, and then nothing is there', async () => {
    const response = await planner.apply(smallCluster(), { acceptHostKeys: false });
    expect([response.status, codes(response.body)]).toEqual([422, ['NODE_HOST_KEY_UNKNOWN', 'NODE_HOST_KEY_UNKNOWN']]);
    expect(response.body.problems[0].summary).toContain(`SHA256:${'1'.repeat(43)}`);
    expect((await planner.get('/api/v1/clusters/c1')).status).toBe(404);
    expect((await planner.get('/api/v1/nodes')).body.items).toEqual([]);
    expect((await planner.get('/api/v1/events?kind=cluster.*,node.*')).body.items).toEqual([]);
  });

  it('are refused where two nodes are one machine, and then nothing is there', async () => {
    planner.executor.hostKeys.set('192.0.2.2', `SHA256:${'1'.repeat(43)}`);
    const response = await planner.apply();
    expect([response.status, codes(response.body)]).toEqual([422, ['CLUSTER_SAME_MACHINE']]);
    expect(response.body.problems[0]).toMatchObject({
      subject: 'node n2',
      summary: `It has the host key of node n1, SHA256:${'1'.repeat(43)}.`,
    });
    expect((await planner.get('/api/v1/clusters/c1')).status).toBe(404);
    planner.executor.hostKeys.set('192.0.2.2', `SHA256:${'2'.repeat(43)}`);
  });

  it('keep an accepted key, and take one that is written', async () => {
    await planner.apply();
    planner.executor.hostKeys.set('192.0.2.1', `SHA256:${'9'.repeat(43)}`);
    expect((await planner.apply(smallCluster('{ port: 81 }'), { acceptHostKeys: true })).body.acceptedHostKeys).toEqual(
      [],
    );
    expect((await planner.get('/api/v1/nodes/n1')).body.hostKey).toBe(`SHA256:${'1'.repeat(43)}`);
    expect((await planner.post('/api/v1/nodes/n1/inspect')).body).toMatchObject({
      hostKey: `SHA256:${'9'.repeat(43)}`,
      matches: false,
    });
    const written = smallCluster().replace('192.0.2.1,', `192.0.2.1, hostKey: "SHA256:${'9'.repeat(43)}",`);
    expectStatus(await planner.apply(written), 200);
    expect((await planner.get('/api/v1/nodes/n1')).body.hostKey).toBe(`SHA256:${'9'.repeat(43)}`);
  });

  it('name every machine that cannot be reached', async () => {
    planner.executor.hostKeys.clear();
    const response = await planner.apply();
    expect([response.status, codes(response.body)]).toEqual([422, ['NODE_UNREACHABLE', 'NODE_UNREACHABLE']]);
    expect(response.body.problems.map((each: { subject: string }) => each.subject)).toEqual(['node n1', 'node n2']);
  });

  it('tell that executors are missing', async () => {
    await planner.executor.stop();
    const response = await planner.apply();
    await planner.executor.start();
    expect([response.status, codes(response.body)]).toEqual([503, ['API_UNAVAILABLE']]);
  }, 60_000);

  it.each([
    ['malformed YAML', 'cluster: [c1\nnodes: {', 'YAML_INVALID'],
    ['an unknown release', smallCluster().replace('small@1.0.0', 'none@1.0.0'), 'CLUSTER_UNKNOWN_RELEASE'],
    ['the name of another cluster', smallCluster().replace('cluster: c1', 'cluster: c2'), 'CLUSTER_INVALID_VALUE'],
    ['settings that do not fit', smallCluster('{ port: many }'), 'CLUSTER_SETTINGS_INVALID'],
    ['an envelope of its own making', smallCluster('{ password: { $sealed: { v: 1 } } }'), 'CLUSTER_SEALED_VALUE'],
  ])('are refused with the line: %s', async (_, source, code) => {
    const response = await planner.apply(source);
    expect([response.status, codes(response.body)]).toEqual([422, expect.arrayContaining([code])]);
    expect(response.body.problems[0].place).toMatchObject({ file: 'c1.yaml', line: expect.any(Number) });
    expect((await planner.get('/api/v1/clusters')).body.items).toEqual([]);
  });

  it('tell of bundles that are not published together with what else is wrong', async () => {
    const source = smallCluster().replace('small@1.0.0', 'unknown@1.0.0').replace('nodes:', 'taskBased: 7\nnodes:');
    const response = await planner.apply(source);
    const told = response.body.problems.map(({ code, place }: Problem) => [code, place?.line]);
    expect(told).toEqual([
      ['CLUSTER_INVALID_VALUE', expect.any(Number)],
      ['CLUSTER_UNKNOWN_RELEASE', expect.any(Number)],
    ]);
  });

  it('refuse keys of nodes that they do not have', async () => {
    const response = await planner.apply(smallCluster(), { identities: { n9: 'key' } });
    expect([response.status, codes(response.body)]).toEqual([400, ['API_INVALID']]);
  });

  it('do not share nodes', async () => {
    expectStatus(await planner.apply(), 200);
    const other = smallCluster().replace('cluster: c1', 'cluster: c2');
    const response = await planner.put('/api/v1/clusters/c2', {
      source: other,
      sourceName: 'c2.yaml',
      identities: {},
      acceptHostKeys: true,
    });
    expect([response.status, codes(response.body)]).toEqual([409, ['CLUSTER_NODE_TAKEN', 'CLUSTER_NODE_TAKEN']]);
    expect(response.body.problems[0]).toMatchObject({
      subject: 'node n1',
      summary: 'It belongs to cluster c1.',
      place: { file: 'c2.yaml', line: 5 },
    });
  });

  it('let one of two simultaneous first appliers win, and both know how it is', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => planner.apply()));
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.map((each) => each.body.revision)).toEqual([1, 1, 1, 1, 1]);
    expect(answers.filter((each) => each.body.changed)).toHaveLength(1);
  });

  it('let go of nodes that are no longer named', async () => {
    await planner.apply();
    expect((await planner.delete('/api/v1/nodes/n2')).body.problems[0].code).toBe('NODE_IN_USE');
    expectStatus(await planner.apply(smallCluster().replace(/ {2}n2.*\n/, ''), { identities: {} }), 200);
    expect((await planner.get('/api/v1/nodes/n2')).body).toMatchObject({ cluster: null, roles: [] });
    expect((await planner.delete('/api/v1/nodes/n2')).status).toBe(204);
    expect((await planner.get('/api/v1/nodes/n2')).status).toBe(404);
  });

  it('are exported as a file that gives them again', async () => {
    await planner.apply(smallCluster('{ port: 80, password: hidden }'));
    const { text } = await planner.get('/api/v1/clusters/c1/export');
    expect(text).toContain('# Secrets are left out');
    expect(text).toContain('settings.password');
    expect(text).not.toContain('hidden');
    expect(text).toContain(`hostKey: SHA256:${'1'.repeat(43)}`);
    expect((await planner.apply(text)).body).toMatchObject({ changed: true });
    const settings = (await planner.get('/api/v1/clusters/c1')).body.content.settings;
    expect(settings).toEqual({ port: 80, password: '<secret>' });
  });

  it.each(['port: 80, password: "a\\0b"', 'port: 80, "\\ud800": 1'])(
    'are refused where they hold what no text may hold: %s',
    async (settings) => {
      const response = await planner.apply(smallCluster(`{ ${settings} }`));
      expect(response.status).toBe(422);
      expect(response.body.problems).toEqual([
        expect.objectContaining({ code: 'YAML_INVALID', place: expect.objectContaining({ file: 'c1.yaml', line: 3 }) }),
      ]);
    },
  );

  it('are deleted with their revisions, but not under a running transaction', async () => {
    await planner.apply();
    const { transaction, deployment } = await planner.deploy();
    const busy = await planner.delete('/api/v1/clusters/c1');
    expect([busy.status, codes(busy.body)]).toEqual([409, ['CLUSTER_BUSY']]);
    expect(busy.body.problems[0].summary).toContain(transaction);
    await planner.executor.succeed(deployment, []);
    await planner.untilState(transaction, 'succeeded');
    expect((await planner.get('/api/v1/clusters/c1')).body.liveRevision).toBe(1);
    const live = await planner.delete('/api/v1/clusters/c1');
    expect([live.status, codes(live.body)]).toEqual([409, ['CLUSTER_LIVE']]);
    expect((await planner.delete('/api/v1/clusters/c1?keep=true')).status).toBe(204);
    expect((await planner.get('/api/v1/clusters/c1')).status).toBe(404);
    expect((await planner.get(`/api/v1/transactions/${transaction}`)).body).toMatchObject({
      cluster: 'c1',
      state: 'succeeded',
    });
    expect((await planner.get('/api/v1/nodes/n1')).body.cluster).toBeNull();
  });

  it('can be planned without addresses and keys, and say what a deployment will miss', async () => {
    const source = smallCluster().replace(/address: \S+ /g, '');
    const applied = await planner.apply(source, { identities: {}, acceptHostKeys: false });
    expectStatus(applied, 200);
    expect(codes(applied.body)).toEqual(['NODE_ADDRESS_MISSING', 'NODE_ADDRESS_MISSING']);
    expectStatus(await planner.post('/api/v1/clusters/c1/plans'), 200);
    const refused = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expect(refused.status).toBe(422);
    expect(new Set(codes(refused.body))).toEqual(
      new Set(['NODE_ADDRESS_MISSING', 'NODE_HOST_KEY_UNKNOWN', 'NODE_IDENTITY_MISSING']),
    );
  });

  it('use what is known of registered nodes', async () => {
    const registered = await planner.post('/api/v1/nodes', {
      nodes: [
        { name: 'n1', address: '192.0.2.1', identity: 'one' },
        { name: 'n2', address: '192.0.2.2', identity: 'two' },
      ],
      acceptHostKeys: true,
    });
    expectStatus(registered, 201);
    expect(registered.body.acceptedHostKeys).toHaveLength(2);
    const applied = await planner.apply(smallCluster().replace(/address: [^,]+, /g, ''), {
      identities: {},
      acceptHostKeys: false,
    });
    expectStatus(applied, 200);
    expect(applied.body.problems).toEqual([]);
    const { transaction } = await planner.deploy();
    expect(planner.executor.starts.find((each) => each.transaction === transaction)?.nodes[0]).toMatchObject({
      name: 'n1',
      address: '192.0.2.1',
      port: 22,
      user: 'root',
      jump: null,
    });
  });

  it('refuse to be planned when their graph has a cycle, with the path', async () => {
    const files = {
      ...SMALL_RELEASE,
      'release.yaml': SMALL_RELEASE['release.yaml'].replace('1.0.0', '3.0.0').replace('web: {}', 'web: {}\n  db: {}'),
      // Only a node with both roles has it, so that it can be published.
      'tasks.yaml':
        '- { id: a, type: shell, role: [web], requires: [b], parameters: { cmd: x } }\n- { id: b, type: shell, role: [db], requires: [a], parameters: { cmd: x } }\n',
    };
    expectStatus(await planner.publish(files), 201);
    const both = smallCluster().replace('1.0.0', '3.0.0').replace('roles: [web]', 'roles: [web, db]');
    expectStatus(await planner.apply(both), 200);
    const response = await planner.post('/api/v1/clusters/c1/plans');
    expect([response.status, codes(response.body)]).toEqual([422, expect.arrayContaining(['PLAN_CYCLE'])]);
    expect(JSON.stringify(response.body)).toMatch(/a@n1.*b@n1/);
  });
});
