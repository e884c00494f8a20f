import { problem } from '@muster/problems';
import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import type { Inspection } from '../testing/fake-executor.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

interface PowerQuestion {
  readonly node: { readonly name: string };
  readonly carrier: { readonly name: string };
  readonly driver: { readonly type: string; readonly settings?: Record<string, unknown> };
  readonly action: string;
}

const COMMANDS = { 'power-on': 'switch on', 'power-off': 'switch off', 'power-status': 'switch?' };

describe("a node's own driver", () => {
  let planner: TestPlanner;
  const asked: PowerQuestion[] = [];
  let answer: () => object;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(
      await planner.publish({
        ...SMALL_RELEASE,
        'graphs/provision/tasks.yaml': '- { id: make, type: provision, role: [web] }\n',
      }),
      201,
    );
    planner.executor.inspect = async (question: Inspection) => {
      asked.push(question as unknown as PowerQuestion);
      return answer() as never;
    };
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear();
    expectStatus(await planner.apply(`${smallCluster()}master: n2\n`), 200);
    asked.length = 0;
    answer = () => ({ ok: true, body: { power: null, output: 'done\n' } });
  });
  afterAll(() => planner.close());

  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);
  const drive = (body: object, node = 'n1') => planner.put(`/api/v1/nodes/${node}/driver`, body);
  const power = (body: object, node = 'n1') => planner.post(`/api/v1/nodes/${node}/power`, body);

  it("is over its cluster's, shows no secret, keeps those that are sent as they were shown, and can be taken away", async () => {
    const none = (await planner.get('/api/v1/nodes/n1/driver')).body;
    expect(none).toMatchObject({ own: null, effective: { type: 'ssh-existing' }, origin: 'default' });
    const settings = { bmc: '192.0.2.201' };
    const written = await drive({
      type: 'commands',
      commands: COMMANDS,
      settings,
      secrets: { password: 'opensesame' },
    });
    expectStatus(written, 200);
    expect(written.body).toMatchObject({
      own: { type: 'commands', commands: COMMANDS, settings, secrets: { password: '<secret>' } },
      origin: 'node',
      actions: ['power-status', 'power-on', 'power-off'],
    });
    expect((await planner.get('/api/v1/nodes/n1')).body.hasDriver).toBe(true);
    const [{ driver }] = await planner.database.query("SELECT driver FROM planner.node WHERE name = 'n1'");
    const { own } = written.body;
    expectStatus(await drive({ ...own, commands: { 'power-on': 'other' } }), 200);
    const [{ driver: later }] = await planner.database.query("SELECT driver FROM planner.node WHERE name = 'n1'");
    expect(later).toEqual({ ...driver, commands: { 'power-on': 'other' } });
    for (const text of [JSON.stringify(driver), ...planner.log]) expect(text).not.toContain('opensesame');
    const tables = await planner.database.query(
      'SELECT (SELECT json_agg(h) FROM planner.node_history h)::text || (SELECT json_agg(e) FROM planner.feed_event e)::text AS all',
    );
    expect(tables[0].all).not.toContain('opensesame');
    expectStatus(await planner.delete('/api/v1/nodes/n1/driver'), 200);
    expect((await planner.get('/api/v1/nodes/n1/driver')).body.own).toBeNull();
    const history = (await planner.get('/api/v1/nodes/n1/history')).body.items;
    expect(history.filter((each: { kind: string }) => each.kind === 'changed')).toHaveLength(3);
  });

  it('takes from its cluster the commands that it has not, and goes into the plan, which it changes', async () => {
    const ofCluster = { type: 'commands', commands: { provision: 'make', 'power-on': 'on' } };
    expectStatus(await planner.apply(`${smallCluster()}master: n2\ndriver: ${JSON.stringify(ofCluster)}\n`), 200);
    const plan = () => planner.post('/api/v1/clusters/c1/plans', { graphType: 'provision' });
    const before = await plan();
    expectStatus(before, 200);
    expectStatus(await drive({ type: 'commands', settings: { bmc: 'a' }, secrets: { password: 'opensesame' } }), 200);
    expect((await planner.get('/api/v1/nodes/n1/driver')).body).toMatchObject({
      effective: { ...ofCluster, settings: { bmc: 'a' }, secrets: { password: '<secret>' } },
      actions: ['provision', 'power-on'],
    });
    const after = await plan();
    expectStatus(after, 200);
    expect(after.body.digest).not.toBe(before.body.digest);
    const shown = (await planner.get(`/api/v1/clusters/c1/plans/${after.body.digest}`)).text;
    expect(shown).not.toContain('opensesame');
    expectStatus(await drive({ type: 'ssh-existing' }, 'n2'), 200);
    const { transaction } = await planner.deploy({ graphs: ['provision'] });
    const status = (await planner.get(`/api/v1/transactions/${transaction}/tasks/make@n1/inputs`)).text;
    expect(status).not.toContain('opensesame');
  });

  it('is refused with everything that is wrong with it, and by If-Match', async () => {
    const bad = await drive({
      type: 'commands',
      commands: { 'power-on': '', reboot: 'x' },
      settings: { '../bmc': 'x', twice: 'x' },
      secrets: { twice: 'y', lost: '<secret>', number: 5 },
    });
    expect(bad.status).toBe(400);
    const places = bad.body.problems.map((each: { place: { path: string } }) => each.place.path);
    expect(places.sort()).toEqual(
      [
        'commands.power-on',
        'commands.reboot',
        'secrets.lost',
        'secrets.number',
        'secrets.twice',
        'settings.../bmc',
      ].sort(),
    );
    expect((await drive({ type: 'ssh-existing', settings: { a: 'b' } })).status).toBe(400);
    expect((await drive({ type: 'redfish' })).status).toBe(400);
    expect((await drive({ type: 'ssh-existing' }, 'nobody')).status).toBe(404);
    const { etag } = (await planner.get('/api/v1/nodes/n1')).body;
    expectStatus(await drive({ type: 'ssh-existing' }).set('if-match', `"${etag}"`), 200);
    expect((await drive({ type: 'commands' }).set('if-match', `"${etag}"`)).status).toBe(412);
    expect((await planner.delete('/api/v1/nodes/n1/driver').set('if-match', `"${etag}"`)).status).toBe(412);
  });

  it('may be written by an administrator alone, and switched by operators', async () => {
    const operator = await planner.tokenWith({ default: 'operator' });
    const as = (token: string) => ['authorization', `Bearer ${token}`] as const;
    expect((await drive({ type: 'ssh-existing' }).set(...as(operator))).status).toBe(403);
    const viewer = await planner.tokenWith({ default: 'viewer' });
    expect((await planner.get('/api/v1/nodes/n1/driver').set(...as(viewer))).status).toBe(200);
    expect((await power({ action: 'status' }).set(...as(viewer))).status).toBe(403);
    expectStatus(await power({ action: 'status' }).set(...as(operator)), 200);
  });

  it("is asked on the machine that is named, else on the cluster's master node", async () => {
    expectStatus(await drive({ type: 'commands', commands: COMMANDS, secrets: { password: 'opensesame' } }), 200);
    answer = () => ({ ok: true, body: { power: 'off', output: 'Chassis Power is off\n' } });
    const status = await power({ action: 'status' });
    expectStatus(status, 200);
    expect(status.body).toEqual({ node: 'n1', action: 'status', power: 'off', output: 'Chassis Power is off\n' });
    expectStatus(await power({ action: 'on', on: 'n1', reason: 'at night' }), 200);
    expect(asked.map((each) => [each.node.name, each.carrier.name, each.action])).toEqual([
      ['n1', 'n2', 'status'],
      ['n1', 'n1', 'on'],
    ]);
    expect(JSON.stringify(asked)).not.toContain('opensesame');
    expect(asked[0]?.driver.settings?.['password']).toHaveProperty('$sealed');
    const [newest] = (await planner.get('/api/v1/nodes/n1/history?limit=1')).body.items;
    expect(newest).toMatchObject({
      kind: 'power',
      who: 'admin',
      data: { action: 'on', outcome: 'done', on: 'n1', why: 'at night' },
    });
    // A machine in no cluster has no master node.
    const address = { address: '192.0.2.9', hostKey: `SHA256:${'9'.repeat(43)}`, identity: 'key' };
    expectStatus(await planner.post('/api/v1/nodes', { name: 'free', ...address }), 201);
    expectStatus(await drive({ type: 'commands', commands: COMMANDS }, 'free'), 200);
    const lost = await power({ action: 'on' }, 'free');
    expect([lost.status, codes(lost.body)]).toEqual([422, ['NODE_CARRIER_MISSING']]);
    expectStatus(await power({ action: 'on', on: 'n2' }, 'free'), 200);
    expect((await power({ action: 'on', on: 'nobody' }, 'free')).status).toBe(404);
    expect((await power({ action: 'explode' })).status).toBe(400);
    await planner.checkFeed();
  });

  it('is left alone while a transaction holds the node, unless forced; one request switches once', async () => {
    await planner.deploy();
    const refused = await power({ action: 'cycle' });
    expect([refused.status, codes(refused.body)]).toEqual([409, ['NODE_IN_TRANSACTION']]);
    expectStatus(await power({ action: 'status' }), 200);
    const key = '7d0c1d1e-0f5f-4a53-9d7d-0c0a5b6d7e01';
    const cycle = () => planner.post('/api/v1/nodes/n1/power', { action: 'cycle', force: true }, key);
    expectStatus(await cycle(), 200);
    expectStatus(await cycle(), 200);
    expect(asked.map(({ action }) => action)).toEqual(['status', 'cycle']);
    // As after a planner that died between question and answer.
    await planner.database.query('DELETE FROM planner.idempotency_key');
    const again = await cycle();
    expect([again.status, codes(again.body), asked.length]).toEqual([422, ['NODE_POWER_FAILED'], 2]);
  });

  it('tells what was refused, and that nobody knows where nobody answers; each has one end', async () => {
    answer = () => ({
      ok: false,
      problems: [problem('NODE_POWER_FAILED', { subject: 'node n1', summary: 'power-on on n2 ended with code 1' })],
    });
    const failed = await power({ action: 'on' });
    expect([failed.status, codes(failed.body)]).toEqual([422, ['NODE_POWER_FAILED']]);
    answer = () => ({ ok: true, body: { nonsense: true } });
    const strange = await power({ action: 'on' });
    expect([strange.status, strange.body.problems[0].summary]).toEqual([
      422,
      expect.stringContaining('Whether the machine was switched is not known'),
    ]);
    const outcomes = (await planner.get('/api/v1/nodes/n1/history?limit=2')).body.items as { data: object }[];
    expect(outcomes.map(({ data }) => data)).toMatchObject([{ outcome: 'unknown' }, { outcome: 'failed' }]);
    const ends = await planner.database.query<{ type: string }[]>(
      `SELECT type FROM planner.feed_event WHERE data->>'operation' = 'powerNode' OR data->>'name' = 'powerNode' ORDER BY number DESC LIMIT 4`,
    );
    // Numbers are given after the commit, so the newest may have none yet.
    expect(ends.map(({ type }) => type).sort()).toEqual([
      'operation.refused',
      'operation.refused',
      'operation.started',
      'operation.started',
    ]);
  });
});
