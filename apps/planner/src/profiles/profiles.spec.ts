import { waitUntil } from '@muster/testkit';
import { smallCluster } from '../testing/bundle-archive.testing';
import { FACTS } from '../testing/fake-executor.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const key = (index: number) => `SHA256:${String(index).padStart(43, 'A')}`;

describe('profiles', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(), 201);
    const nodes = Array.from({ length: 4 }, (_, index) => ({
      name: `m${index}`,
      address: `10.1.1.${index + 1}`,
      hostKey: key(index),
      labels: index === 3 ? ['rack-1'] : [],
    }));
    expectStatus(await planner.post('/api/v1/nodes', { nodes }), 201);
    const tell = (name: string, facts: object) =>
      planner.database.query('UPDATE planner.node SET facts = $2 WHERE name = $1', [name, { ...FACTS, ...facts }]);
    await tell('m0', { cpus: 2 });
    await tell('m1', { cpus: 8 });
    await tell('m2', { cpus: 16 });
  });
  afterAll(() => planner.close());

  const write = (name: string, rules: unknown) => planner.put(`/api/v1/profiles/${name}`, { rules });
  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);

  it('are written, listed and matched, by rules that are data', async () => {
    expectStatus(await write('big', ['cpus>=4', 'arch=x86_64']), 200);
    for (const rules of [[], ['cpus>>4'], ['cpus>=4; DROP TABLE node'], 'cpus>=4', [{ cpus: 4 }], ['label=$(id)']])
      expect((await write('bad', rules)).status).toBe(400);
    expect((await planner.put('/api/v1/profiles/a%20b', { rules: ['cpus>=1'] })).status).toBe(400);
    expect((await planner.get('/api/v1/profiles')).body.items).toMatchObject([{ name: 'big' }]);
    expect((await planner.get('/api/v1/profiles/big/match')).body.nodes).toEqual([
      { node: 'm0', cluster: false, misfits: ['cpus>=4 (is 2)'] },
      { node: 'm1', cluster: false, misfits: [] },
      { node: 'm2', cluster: false, misfits: [] },
      { node: 'm3', cluster: false, misfits: ['cpus>=4 (never inspected)', 'arch=x86_64 (never inspected)'] },
    ]);
  });

  it('are given by hand whatever the facts say, and by match to those that have none', async () => {
    expectStatus(await write('racked', ['label=rack-1']), 200);
    expectStatus(await planner.put('/api/v1/nodes/m2/profile', { profile: 'racked' }), 200);
    expect((await planner.put('/api/v1/nodes/m2/profile', { profile: 'none' })).status).toBe(404);
    expect((await planner.post('/api/v1/profiles/big/assign')).body).toEqual({ assigned: ['m1'] });
    expect((await planner.get('/api/v1/profiles/big/match')).body.nodes[2]).toEqual({
      node: 'm2',
      cluster: false,
      misfits: ['it was given the profile racked'],
    });
    const used = await planner.delete('/api/v1/profiles/racked');
    expect([used.status, codes(used.body)]).toEqual([409, ['PROFILE_IN_USE']]);
    expectStatus(await planner.put('/api/v1/nodes/m2/profile', { profile: null }), 200);
    expect((await planner.delete('/api/v1/profiles/racked')).status).toBe(204);
  });

  it('tell what a cluster needs and has before it is deployed, and which free nodes would fit', async () => {
    const wanting = `${smallCluster()}counts: { web: 3 }\nprofiles: { web: big }\n`;
    const applied = await planner.apply(wanting);
    expectStatus(applied, 200);
    await planner.database.query("UPDATE planner.node SET facts = $1, online = false WHERE name = 'n1'", [FACTS]);
    const { body } = await planner.get('/api/v1/clusters/c1/match');
    expect(body).toEqual({
      matches: false,
      roles: [
        {
          role: 'web',
          profile: 'big',
          needed: 3,
          assigned: 2,
          has: 1,
          missing: 2,
          misfits: [{ node: 'n2', why: ['cpus>=4 (never inspected)', 'arch=x86_64 (never inspected)'] }],
          candidates: ['m1', 'm2'],
        },
      ],
    });
    const plan = await planner.post('/api/v1/clusters/c1/plans');
    expectStatus(plan, 200);
    const notes = plan.body.problems.filter(({ code }: { code: string }) => /^PLAN_NODE/.test(code));
    expect(notes).toMatchObject([
      { code: 'PLAN_NODES_MISSING', severity: 'warning', subject: 'role web' },
      { code: 'PLAN_NODE_OFFLINE', severity: 'warning', subject: 'node n1' },
    ]);
    expect(notes[0].summary).toContain('needs 3 nodes of profile big, has 1');
    expect(notes[0].summary).toContain('Free nodes that fit: m1, m2.');
    // The file gives it again.
    expect((await planner.get('/api/v1/clusters/c1/export')).text).toMatch(/profiles:\n {2}web: big/);
    const used = await planner.delete('/api/v1/profiles/big');
    expect(used.body.problems[0].summary).toContain('cluster c1');
  });

  it('are edited under If-Match, and tell the feed who changed them', async () => {
    const first = await write('edited', ['cpus>=1']);
    expectStatus(first, 200);
    const { etag } = first.body as { etag: string };
    expect(first.headers['etag']).toBe(`"${etag}"`);
    expectStatus(await write('edited', ['cpus>=1']), 200);
    expectStatus(await write('edited', ['cpus>=2']).set('if-match', `"${etag}"`), 200);
    expect((await write('edited', ['cpus>=3']).set('if-match', `"${etag}"`)).status).toBe(412);
    expect((await write('absent', ['cpus>=3']).set('if-match', '*')).status).toBe(412);
    expect((await planner.delete('/api/v1/profiles/edited').set('if-match', `"${etag}"`)).status).toBe(412);
    expect((await planner.delete('/api/v1/profiles/edited')).status).toBe(204);
    const events = await planner.database.query(
      "SELECT type, data FROM planner.feed_event WHERE data->>'profile' = 'edited' AND type LIKE 'profile.%' ORDER BY number",
    );
    expect(events).toEqual([
      { type: 'profile.changed', data: { profile: 'edited', created: true, who: 'admin' } },
      { type: 'profile.changed', data: { profile: 'edited', created: false, who: 'admin' } },
      { type: 'profile.removed', data: { profile: 'edited', who: 'admin' } },
    ]);
    const { items } = (await planner.get('/api/v1/nodes/m1/history')).body as { items: { data: object }[] };
    expect(items.map(({ data }) => data)).toContainEqual({ changed: ['profile'], profile: 'big' });
    await planner.checkFeed();
  });
});

describe('looking whether nodes answer', () => {
  it('tells each change once, and takes another machine at the address for none', async () => {
    const planner = await TestPlanner.start(0);
    try {
      await planner.add(undefined, { nodes: { checkEveryMs: 200 } });
      const answers = new Map<string, object>([
        ['10.1.1.1', { kind: 'ssh', hostKey: key(1), greeting: null }],
        ['10.1.1.2', { kind: 'silent', detail: 'refused' }],
        ['10.1.1.3', { kind: 'ssh', hostKey: key(9), greeting: null }],
      ]);
      planner.executor.inspect = async ({ machines = [] }) => ({
        ok: true,
        body: { machines: machines.map(({ address }) => answers.get(address)) },
      });
      const nodes = [1, 2, 3].map((index) => ({ name: `m${index}`, address: `10.1.1.${index}`, hostKey: key(index) }));
      expectStatus(await planner.post('/api/v1/nodes', { nodes }), 201);
      const online = async () =>
        ((await planner.get('/api/v1/nodes')).body as { items: { online: unknown }[] }).items.map((it) => it.online);
      await waitUntil('all were looked at', async () => (await online()).every((it) => it !== null));
      expect(await online()).toEqual([true, false, false]);
      answers.set('10.1.1.2', { kind: 'ssh', hostKey: key(2), greeting: null });
      await waitUntil('m2 is back', async () => (await online())[1] === true);
      const kinds = async (name: string) =>
        ((await planner.get(`/api/v1/nodes/${name}/history`)).body as { items: { kind: string }[] }).items
          .map(({ kind }) => kind)
          .filter((kind) => /line$/.test(kind));
      expect(await kinds('m1')).toEqual(['online']);
      expect(await kinds('m2')).toEqual(['online', 'offline']);
      expect(await kinds('m3')).toEqual(['offline']);
      // Without executors nobody knows better.
      await planner.executor.stop();
      expect(await online()).toEqual([true, true, false]);
      await planner.executor.start();
    } finally {
      await planner.close();
    }
  });
});
