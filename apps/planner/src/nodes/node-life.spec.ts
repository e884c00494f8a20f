import type { TaskEnd } from '@muster/model';
import { waitUntil } from '@muster/testkit';
import type { FeedEvent } from '../feed/feed-event';
import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

type End = 'succeeded' | 'failed' | 'stopped';

describe('the life of a node', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(
      await planner.publish({
        ...SMALL_RELEASE,
        'graphs/provision/tasks.yaml': "- { id: make, type: shell, role: [web], parameters: { cmd: 'true' } }\n",
        'graphs/first/tasks.yaml': "- { id: f, type: shell, role: [first], parameters: { cmd: 'true' } }\n",
      }),
      201,
    );
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear();
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);
  async function states(): Promise<Record<string, string>> {
    const { items } = (await planner.get('/api/v1/nodes')).body as { items: { name: string; state: string }[] };
    return Object.fromEntries(items.map(({ name, state }) => [name, state]));
  }
  async function end(transaction: string, deployment: string, ends: Readonly<Record<string, TaskEnd>>, state: End) {
    await planner.executor.tell(deployment, [
      ...Object.entries(ends).map(([task, each]) => ({ type: 'tasks-ended' as const, tasks: [task], state: each })),
      { type: 'state-changed', state, text: null },
    ]);
    await planner.untilState(transaction, state);
  }
  /** An executor has begun with it. */
  async function deploy(wish: object = {}) {
    const started = await planner.deploy(wish);
    await planner.executor.tell(started.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(started.transaction, 'running');
    return started;
  }
  const all = (state: TaskEnd) => ({ 'a@n1': state, 'a@n2': state, 'b@n1': state, 'b@n2': state });

  it('goes on with its deployments, each node as its tasks ended, and tells by which transaction', async () => {
    expect(await states()).toEqual({ n1: 'enrolled', n2: 'enrolled' });
    const first = await deploy({ graphs: ['provision'] });
    expect(await states()).toEqual({ n1: 'provisioning', n2: 'provisioning' });
    await end(first.transaction, first.deployment, { 'make@n1': 'succeeded', 'make@n2': 'failed' }, 'failed');
    expect(await states()).toEqual({ n1: 'provisioned', n2: 'error' });
    const second = await deploy();
    expect(await states()).toEqual({ n1: 'deploying', n2: 'deploying' });
    await end(
      second.transaction,
      second.deployment,
      { 'a@n1': 'succeeded', 'b@n1': 'skipped', 'a@n2': 'succeeded', 'b@n2': 'not-run' },
      'stopped',
    );
    expect(await states()).toEqual({ n1: 'ready', n2: 'stopped' });
    const { items } = (await planner.get('/api/v1/nodes/n2/history?limit=3')).body as { items: object[] };
    expect(items).toMatchObject([
      { kind: 'state', from: 'deploying', to: 'stopped', who: 'admin', transaction: second.transaction },
      { kind: 'state', from: 'error', to: 'deploying', transaction: second.transaction },
      { kind: 'state', from: 'provisioning', to: 'error', transaction: first.transaction },
    ]);
    const told = async (): Promise<unknown[]> => {
      const { body } = await planner.get(`/api/v1/events?limit=1000&kind=node.state&transaction=${second.transaction}`);
      return (body.items as FeedEvent[]).map(({ subject, data }) => [subject.node, data['to']]);
    };
    // Numbered after the commit, so perhaps a moment later.
    await waitUntil('the feed tells of all moves', async () => (await told()).length === 4);
    expect((await told()).slice(2).sort()).toEqual([
      ['n1', 'ready'],
      ['n2', 'stopped'],
    ]);
  });

  it('is left alone by trial runs, by verifying, and by what others of its cluster do', async () => {
    for (const wish of [{ noop: true }, { graphs: ['verify'] }]) {
      const { transaction, deployment } = await deploy(wish);
      expect(await states()).toEqual({ n1: 'enrolled', n2: 'enrolled' });
      await end(transaction, deployment, wish.noop ? all('succeeded') : {}, 'succeeded');
      expect(await states()).toEqual({ n1: 'enrolled', n2: 'enrolled' });
    }
    const { transaction, deployment } = await deploy({ nodes: ['n1'] });
    expect(await states()).toEqual({ n1: 'deploying', n2: 'enrolled' });
    await end(transaction, deployment, { 'a@n1': 'succeeded', 'b@n1': 'succeeded' }, 'succeeded');
    expect(await states()).toEqual({ n1: 'ready', n2: 'enrolled' });
  });

  it('is what it was after a part of its tasks, and after a start that was refused', async () => {
    const part = await deploy({ tasks: ['a'] });
    await end(part.transaction, part.deployment, all('succeeded'), 'succeeded');
    expect(await states()).toEqual({ n1: 'enrolled', n2: 'enrolled' });
    planner.executor.refusals.set('executor.deployment.start', [
      { code: 'DEPLOY_NODE_CLAIMED', severity: 'error', subject: 'node n1', summary: 'Taken.', remedy: 'Wait.' },
    ]);
    const refused = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    planner.executor.refusals.clear();
    expect(refused.status).toBe(409);
    expect(await states()).toEqual({ n1: 'enrolled', n2: 'enrolled' });
  });

  it('is what the deployment at work makes of it, whatever others are refused or closed by force meanwhile', async () => {
    const { transaction, deployment } = await deploy();
    const taken = { severity: 'error', subject: 'node n1', summary: 'Taken.', remedy: 'Wait.' } as const;
    planner.executor.refusals.set('executor.deployment.start', [{ code: 'DEPLOY_NODE_CLAIMED', ...taken }]);
    expect((await planner.post('/api/v1/transactions', { cluster: 'c1' })).status).toBe(409);
    planner.executor.refusals.clear();
    expect(await states()).toEqual({ n1: 'deploying', n2: 'deploying' });
    const other = await planner.deploy();
    expectStatus(await planner.post(`/api/v1/transactions/${other.transaction}/force-close`, { reason: 'x' }), 202);
    expect(await states()).toEqual({ n1: 'deploying', n2: 'deploying' });
    await end(transaction, deployment, all('succeeded'), 'succeeded');
    expect(await states()).toEqual({ n1: 'ready', n2: 'ready' });
  });

  it('ends as stopped where its transaction is closed by force', async () => {
    const { transaction } = await deploy();
    expectStatus(await planner.post(`/api/v1/transactions/${transaction}/force-close`, { reason: 'gone' }), 202);
    expect(await states()).toEqual({ n1: 'stopped', n2: 'stopped' });
  });

  it('may leave its cluster while a transaction runs that leaves it out, and is not claimed by that', async () => {
    // Nobody could log in there, and nobody has to.
    await planner.database.query("UPDATE planner.node SET identity = NULL WHERE name = 'n2'");
    expect((await planner.post('/api/v1/transactions', { cluster: 'c1' })).status).toBe(422);
    const { transaction, deployment } = await deploy({ nodes: ['n1'] });
    const start = planner.executor.starts.find((each) => each.transaction === transaction);
    expect(start?.nodes.map(({ name }) => name)).toEqual(['n1']);
    const without = (node: string) => smallCluster().replace(new RegExp(` {2}${node}.*\\n`), '');
    const held = await planner.apply(without('n1'), { identities: {} });
    expect([held.status, codes(held.body)]).toEqual([409, ['NODE_IN_TRANSACTION']]);
    expectStatus(await planner.apply(without('n2'), { identities: {} }), 200);
    expect((await planner.get('/api/v1/nodes/n2')).body.cluster).toBeNull();
    await end(transaction, deployment, all('succeeded'), 'succeeded');
  });

  it('cannot leave its cluster, be removed or be reset while a transaction uses it, which is named', async () => {
    const { transaction, deployment } = await deploy();
    const without = smallCluster().replace(/ {2}n2.*\n/, '');
    const answers = [
      await planner.apply(without, { identities: {} }),
      await planner.delete('/api/v1/nodes/n2'),
      await planner.post('/api/v1/nodes/n2/reset'),
      await planner.post('/api/v1/nodes/n2/retire'),
    ];
    for (const { status, body } of answers) {
      expect([status, codes(body)]).toEqual([409, ['NODE_IN_TRANSACTION']]);
      expect(body.problems[0].summary).toContain(transaction);
    }
    expect((await planner.get('/api/v1/clusters/c1')).body.revision).toBe(1);
    await end(transaction, deployment, all('succeeded'), 'succeeded');
    expectStatus(await planner.apply(without, { identities: {} }), 200);
    expect(await states()).toEqual({ n1: 'ready', n2: 'enrolled' });
    expect((await planner.get('/api/v1/nodes/n2/history?limit=2')).body.items).toMatchObject([
      { kind: 'state', from: 'ready', to: 'enrolled' },
      { kind: 'unassigned', who: 'admin', data: { cluster: 'c1' } },
    ]);
  });

  it('cannot leave its cluster before a graph that is yet to come and may work on it', async () => {
    const text = smallCluster().replace('1, roles: [web]', '1, roles: [web, first]');
    expectStatus(await planner.apply(text), 200);
    const without = (node: string) =>
      planner.apply(text.replace(new RegExp(` {2}${node}.*\\n`), ''), { identities: {} });
    const chosen = await deploy({ graphs: ['first', 'default'], nodes: ['n1'] });
    expect((await without('n1')).status).toBe(409);
    expectStatus(await without('n2'), 200);
    await end(chosen.transaction, chosen.deployment, { 'f@n1': 'failed' }, 'failed');
    expectStatus(await planner.apply(text), 200);
    const { transaction, deployment } = await deploy({ graphs: ['first', 'default'] });
    for (const held of [await without('n2'), await planner.post('/api/v1/nodes/n2/reset')]) {
      expect([held.status, codes(held.body)]).toEqual([409, ['NODE_IN_TRANSACTION']]);
      expect(held.body.problems[0].summary).toContain(transaction);
    }
    await end(transaction, deployment, { 'f@n1': 'failed' }, 'failed');
    expectStatus(await without('n2'), 200);
  });

  it('is changed by a person along the table alone', async () => {
    const move = async (name: string, verb: string) =>
      planner.post(`/api/v1/nodes/${name}/${verb}`, { reason: 'because' });
    expect(codes((await move('n1', 'retire')).body)).toEqual(['NODE_IN_USE']);
    expectStatus(await planner.apply(smallCluster().replace(/ {2}n2.*\n/, ''), { identities: {} }), 200);
    for (const verb of ['restore', 'reset']) {
      const refused = await move('n2', verb);
      expect([refused.status, codes(refused.body)]).toEqual([409, ['NODE_STATE']]);
      expect(refused.body.problems[0].summary).toContain('It is enrolled');
    }
    expect((await move('n2', 'retire')).body.state).toBe('retired');
    expect(codes((await move('n2', 'retire')).body)).toEqual(['NODE_STATE']);
    const taken = await planner.apply();
    expect([taken.status, codes(taken.body)]).toEqual([409, ['NODE_STATE']]);
    expect((await move('n2', 'restore')).body.state).toBe('enrolled');
    expectStatus(await planner.apply(), 200);
    expect((await planner.get('/api/v1/nodes/n2/history')).body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'state', to: 'retired', data: { why: 'because' } })]),
    );
    expect((await move('none', 'retire')).status).toBe(404);
  });

  it('is written under If-Match, which what is only seen of it does not change', async () => {
    const read = async () => (await planner.get('/api/v1/nodes/n1')).body as { etag: string };
    const { etag } = await read();
    const match = `"${etag}"`;
    await planner.database.query("UPDATE planner.node SET online = true, facts = '{}' WHERE name = 'n1'");
    expect((await read()).etag).toBe(etag);
    const change = { name: 'n1', address: '192.0.2.1', labels: ['rack-1'] };
    expectStatus(await planner.post('/api/v1/nodes', change).set('if-match', match), 201);
    expect((await read()).etag).not.toBe(etag);
    const stale = [
      planner.post('/api/v1/nodes', change).set('if-match', match),
      planner.post('/api/v1/nodes/n1/retire').set('if-match', match),
      planner.put('/api/v1/nodes/n1/profile', { profile: null }).set('if-match', match),
      planner.put('/api/v1/nodes/n1/host-key', { hostKey: `SHA256:${'1'.repeat(43)}` }).set('if-match', match),
      planner.delete('/api/v1/nodes/n1').set('if-match', match),
      planner.post('/api/v1/nodes', { name: 'absent', address: '192.0.2.77' }).set('if-match', '*'),
    ];
    const answers = await Promise.all(stale);
    expect(answers.map(({ status }) => status)).toEqual([412, 412, 412, 412, 412, 412]);
    const list = { nodes: [change, { name: 'n2', address: '192.0.2.2' }] };
    expect((await planner.post('/api/v1/nodes', list).set('if-match', '*')).status).toBe(400);
  });
});
