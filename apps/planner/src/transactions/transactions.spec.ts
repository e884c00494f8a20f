import { problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { ALL_TASKS, SMALL_RELEASE, smallCluster, VERIFY_TASKS } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);

describe('transactions', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  beforeEach(async () => {
    planner.executor.refusals.clear();
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  const startsOf = (transaction: string) => planner.executor.starts.filter((each) => each.transaction === transaction);
  const commandsOf = (schema: string) => planner.executor.commands.filter((each) => each.schema === schema);

  describe('of an approved plan', () => {
    it('run exactly that plan', async () => {
      const plan = (await planner.post('/api/v1/clusters/c1/plans', { nodes: ['n1'] })).body;
      const { transaction, deployment } = await planner.deploy({ plan: plan.digest });
      const status = (await planner.get(`/api/v1/transactions/${transaction}`)).body;
      expect(Object.keys(status.graphs[0].tasks)).toEqual(plan.tasks.map((task: { task: string }) => task.task));
      const sent = await planner.database.query('SELECT digest FROM planner.deployment WHERE transaction_id = $1', [
        transaction,
      ]);
      expect(sent).toEqual([{ digest: plan.digest }]);
      // While it goes on, no node can leave its cluster.
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        { type: 'state-changed', state: 'succeeded', text: null },
      ]);
      await planner.untilState(transaction, 'succeeded');
    });

    it('are refused with the difference when another one would run now', async () => {
      const { digest } = (await planner.post('/api/v1/clusters/c1/plans')).body;
      expectStatus(await planner.apply(smallCluster().replace(/ {2}n2.*\n/, ''), { identities: {} }), 200);
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: digest });
      expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_STALE_PLAN']]);
      expect(response.body.problems[0].detail).toMatch(
        /^gone: a@n2, b@n2; what differs is the revision \(\d+ -> \d+\), nodes that are gone n2$/,
      );
      expect((await planner.get('/api/v1/transactions?limit=1')).body.items[0]?.state).not.toBe('failed');
    });

    it('are refused when a setting changed that no task shows', async () => {
      const { digest } = (await planner.post('/api/v1/clusters/c1/plans')).body;
      await planner.apply(smallCluster('{ port: 8080 }'));
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: digest });
      expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_STALE_PLAN']]);
      expect(response.body.problems[0].detail).toMatch(
        /^the tasks are the same; what differs is the revision \(\d+ -> \d+\)$/,
      );
    });

    it('are refused when nobody ever made it, or for another cluster', async () => {
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: `sha256:${'0'.repeat(64)}` });
      expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_STALE_PLAN']]);
    });

    it('are refused for a raw plan, which is not kept', async () => {
      await planner.apply(smallCluster('{ port: 4711 }'));
      const { digest } = (await planner.post('/api/v1/clusters/c1/plans', { raw: true })).body;
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: digest });
      expect(response.status).toBe(409);
    });
  });

  describe('of a cluster that is changed while it is planned', () => {
    let port = 20_000;
    const change = async () => {
      const meanwhile = planner.runner.meanwhile;
      planner.runner.meanwhile = () => Promise.resolve();
      expectStatus(await planner.apply(smallCluster(`{ port: ${port++} }`)), 200);
      return meanwhile;
    };
    afterEach(() => {
      planner.runner.meanwhile = () => Promise.resolve();
    });

    it('are planned again', async () => {
      planner.runner.meanwhile = async () => void (await change());
      const { transaction } = await planner.deploy();
      const { revision } = (await planner.get('/api/v1/clusters/c1')).body;
      expect((await planner.get(`/api/v1/transactions/${transaction}`)).body.revision).toBe(revision);
    });

    it('are refused when they were approved', async () => {
      const { digest } = (await planner.post('/api/v1/clusters/c1/plans')).body;
      planner.runner.meanwhile = async () => void (await change());
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: digest });
      expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_STALE_PLAN']]);
    });

    it('are given up when that does not end', async () => {
      planner.runner.meanwhile = async () => {
        planner.runner.meanwhile = await change();
      };
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1' });
      expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_STALE_PLAN']]);
    });
  });

  it('tell at once why the executors refuse', async () => {
    planner.executor.refusals.set('executor.deployment.start', [
      problem('DEPLOY_NODE_CLAIMED', { subject: 'node n1', summary: 'It is claimed by transaction X.' }),
    ]);
    const response = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expect([response.status, codes(response.body)]).toEqual([409, ['DEPLOY_NODE_CLAIMED']]);
    const [newest] = (await planner.get('/api/v1/transactions?limit=1')).body.items;
    expect(newest).toMatchObject({ state: 'failed', refused: true, problems: [{ code: 'DEPLOY_NODE_CLAIMED' }] });
    const status = (await planner.get(`/api/v1/transactions/${newest.transaction}`)).body;
    expect(status).toMatchObject({
      state: 'failed',
      refused: true,
      undelivered: null,
      problems: [{ code: 'DEPLOY_NODE_CLAIMED' }],
      graphs: [{ state: 'failed', tasks: { 'a@n1': { state: 'not-run', reason: 'the deployment was refused' } } }],
    });
    const why = await planner.get(`/api/v1/transactions/${newest.transaction}/tasks/${encodeURIComponent('a@n1')}/why`);
    expect(why.body).toMatchObject({ task: 'a@n1', state: 'not-run', reasons: [{ code: 'DEPLOY_NODE_CLAIMED' }] });
    await waitUntil(
      'the feed tells it',
      async () => (await planner.feedOf(newest.transaction)).at(-1)?.type === 'transaction.ended',
    );
  });

  it('are sent again after a fault that may pass, which status and why tell meanwhile', async () => {
    const summary = 'the planner at http://p does not answer';
    planner.executor.refusals.set('executor.deployment.start', [
      problem('DEPLOY_ARTIFACT_UNREACHABLE', { subject: 'deployment of c1', summary }),
    ]);
    const answer = planner.post('/api/v1/transactions', { cluster: 'c1' }).then((response) => response);
    const newest = async () => (await planner.get('/api/v1/transactions?limit=1')).body.items[0];
    const status = async () => (await planner.get(`/api/v1/transactions/${(await newest()).transaction}`)).body;
    await waitUntil('two tries have failed', async () => (await status()).undelivered?.tries >= 2);
    expect(await status()).toMatchObject({ state: 'pending', refused: false, undelivered: { reason: summary } });
    const { transaction } = await newest();
    const why = await planner.get(`/api/v1/transactions/${transaction}/tasks/${encodeURIComponent('a@n1')}/why`);
    expect(why.body).toMatchObject({
      state: 'waiting',
      reasons: [{ code: 'not-accepted', text: expect.stringContaining(summary) }],
    });
    const starts = planner.executor.starts.filter((each) => each.transaction === transaction);
    expect(starts.every(({ giveUpAt }) => giveUpAt === starts[0]?.giveUpAt && (giveUpAt ?? 0) > Date.now())).toBe(true);
    planner.executor.refusals.clear();
    expectStatus(await answer, 201);
    await waitUntil('it is taken', async () => (await status()).undelivered === null);
    expect(await status()).toMatchObject({ state: 'pending', problems: [] });
    await planner.executor.succeed(starts[0]?.deployment ?? '', ALL_TASKS);
    await planner.untilState(transaction, 'succeeded');
  });

  it('are kept and sent again while no executor answers', async () => {
    planner.executor.answers = false;
    const started = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expectStatus(started, 201);
    const { transaction } = started.body;
    expect((await planner.get(`/api/v1/transactions/${transaction}`)).body.state).toBe('pending');
    // As if its planner had died with the command in hand.
    await planner.database.query('UPDATE planner.outgoing SET due_at = now() WHERE answered_at IS NULL');
    planner.executor.answers = true;
    await waitUntil('it was sent again', () => startsOf(transaction).length > 1);
    const ids = new Set(
      planner.executor.commands
        .filter((each) => (each.body as { transaction?: string }).transaction === transaction)
        .map((each) => each.id),
    );
    expect(ids.size).toBe(1);
  }, 40_000);

  it('know unknown clusters, graphs, nodes and tasks', async () => {
    expect((await planner.post('/api/v1/transactions', { cluster: 'c9' })).status).toBe(404);
    for (const wish of [
      { graphs: ['nothing'] },
      { nodes: ['n9'] },
      { tasks: ['zz'] },
      { graphs: ['default', 'nothing'] },
    ]) {
      const response = await planner.post('/api/v1/transactions', { cluster: 'c1', ...wish });
      expect([response.status, codes(response.body)[0]?.startsWith('PLAN_UNKNOWN')]).toEqual([422, true]);
    }
  });

  it('send nothing for master tasks of a cluster without a master', async () => {
    const files = {
      'release.yaml': 'name: mastered\nversion: 1.0.0\nroles: { web: {} }\n',
      'tasks.yaml': '- { id: m, type: shell, role: master, parameters: { cmd: x } }\n',
    };
    expectStatus(await planner.publish(files), 201);
    expectStatus(await planner.apply(smallCluster('{}').replace('small@1.0.0', 'mastered@1.0.0')), 200);
    const response = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expect([response.status, codes(response.body)]).toEqual([422, ['DEPLOY_NO_MASTER']]);
  });

  describe('of several graphs', () => {
    it('send the next when the last succeeded, under the revision that they began with', async () => {
      const { transaction, deployment } = await planner.deploy({ graphs: ['default', 'verify'] });
      expect(startsOf(transaction)).toMatchObject([{ run: 1, final: false }]);
      await planner.apply(smallCluster('{ port: 99 }'));
      await planner.executor.succeed(deployment, ALL_TASKS);
      const second = await waitUntil('the second was sent', () => startsOf(transaction)[1]);
      expect(second).toMatchObject({ run: 2, final: true });
      const between = (await planner.get(`/api/v1/transactions/${transaction}`)).body;
      expect(between).toMatchObject({
        revision: expect.any(Number),
        state: 'running',
        graphs: [{ state: 'succeeded' }, { type: 'verify', state: 'pending' }],
      });
      await planner.executor.succeed(second.deployment, VERIFY_TASKS);
      await planner.untilState(transaction, 'succeeded');
      const ends = (await planner.feedOf(transaction)).filter((event) => event.type === 'transaction.ended');
      await waitUntil(
        'its end is told',
        async () => (await planner.feedOf(transaction)).at(-1)?.type === 'transaction.ended',
      );
      expect(ends.length).toBeLessThanOrEqual(1);
    });

    it("go on although an older one cannot be, for a reason that is nobody's answer; that one is tried again", async () => {
      const older = await planner.deploy();
      await planner.executor.succeed(older.deployment, ALL_TASKS);
      await planner.untilState(older.transaction, 'succeeded');
      const { transaction, deployment } = await planner.deploy({ graphs: ['default', 'verify'] });
      const [{ options } = { options: null }] = await planner.database.query<{ options: object }[]>(
        'SELECT options FROM planner.transaction WHERE id = $1',
        [older.transaction],
      );
      const spoil = (becomes: object | null) =>
        planner.database.query(
          'UPDATE planner.transaction SET advance_due = true, graphs = $2, options = $3 WHERE id = $1',
          [older.transaction, ['default', 'verify'], JSON.stringify(becomes)],
        );
      await spoil(null);
      await planner.executor.succeed(deployment, ALL_TASKS);
      const second = await waitUntil('the second was sent', () => startsOf(transaction)[1]);
      await planner.executor.succeed(second.deployment, VERIFY_TASKS);
      await planner.untilState(transaction, 'succeeded');
      expect(startsOf(older.transaction)).toHaveLength(1);
      await spoil(options);
      const next = await waitUntil('the older one is gone on with', () => startsOf(older.transaction)[1]);
      await planner.executor.succeed(next.deployment, VERIFY_TASKS);
    });

    it('go no further after a failure, and give their nodes back', async () => {
      const { transaction, deployment } = await planner.deploy({ graphs: ['default', 'verify'] });
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        { type: 'state-changed', state: 'running', text: null },
        { type: 'state-changed', state: 'failed', text: 'a failed' },
      ]);
      await planner.untilState(transaction, 'failed');
      const released = () =>
        commandsOf('executor.transaction.release').map((each) => (each.body as { transaction: string }).transaction);
      await waitUntil('its claims are released', () => released().includes(transaction));
      expect(startsOf(transaction)).toHaveLength(1);
    });

    it('end as failed when a later graph cannot be planned any more', async () => {
      const { transaction, deployment } = await planner.deploy({ graphs: ['default', 'verify'] });
      await planner.database.query("UPDATE planner.node SET identity = NULL WHERE name = 'n2'");
      await planner.executor.succeed(deployment, ALL_TASKS);
      await planner.untilState(transaction, 'failed');
      expect((await planner.get(`/api/v1/transactions/${transaction}`)).body.problems).toMatchObject([
        { code: 'NODE_IDENTITY_MISSING', subject: 'node n2' },
      ]);
    });
  });

  describe('under control', () => {
    it('pass commands on after the start, with who and why, once', async () => {
      const { transaction, deployment } = await planner.deploy();
      const path = `/api/v1/transactions/${transaction}/controls`;
      const key = 'control-key-1';
      const first = await planner.post(
        path,
        { verb: 'set-limit', limit: { key: 'role:web', amount: 2 }, reason: 'slowly' },
        key,
      );
      const again = await planner.post(
        path,
        { verb: 'set-limit', limit: { key: 'role:web', amount: 2 }, reason: 'slowly' },
        key,
      );
      expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
      const sent = commandsOf('executor.deployment.control').filter((each) => each.id === first.body.command);
      expect(sent).toMatchObject([
        { body: { deployment, verb: 'set-limit', limit: { key: 'role:web', amount: 2 }, who: 'admin', why: 'slowly' } },
      ]);
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        {
          type: 'control',
          command: first.body.command,
          verb: 'set-limit',
          who: 'admin',
          why: 'slowly',
          limit: { key: 'role:web', amount: 2 },
        },
      ]);
      await waitUntil('its effect is told', async () =>
        (await planner.feedOf(transaction)).some(
          (event) => event.type === 'transaction.control' && event.data['command'] === first.body.command,
        ),
      );
    });

    it('tell why a command is refused', async () => {
      const { transaction } = await planner.deploy();
      planner.executor.refusals.set('executor.deployment.control', [
        problem('CONTROL_NOT_POSSIBLE', { subject: 'deployment', summary: 'It is not paused.' }),
      ]);
      const response = await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'resume' });
      expect([response.status, codes(response.body)]).toEqual([409, ['CONTROL_NOT_POSSIBLE']]);
    });

    it('refuse commands once they have ended', async () => {
      const { transaction, deployment } = await planner.deploy();
      await planner.executor.succeed(deployment, ALL_TASKS);
      await planner.untilState(transaction, 'succeeded');
      const response = await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'cancel' });
      expect([response.status, codes(response.body)]).toEqual([409, ['CONTROL_NOT_POSSIBLE']]);
    });

    it('accept a command while no executor is there, and pass it on when one is', async () => {
      const { transaction } = await planner.deploy();
      await planner.executor.stop();
      const response = await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'cancel' });
      expect(response.status).toBe(202);
      await planner.executor.start();
      await waitUntil('it was passed on', () =>
        commandsOf('executor.deployment.control').some((each) => each.id === response.body.command),
      );
    }, 40_000);
  });

  it('explain a task by asking the executors', async () => {
    const { transaction } = await planner.deploy();
    const response = await planner.get(`/api/v1/transactions/${transaction}/tasks/${encodeURIComponent('b@n1')}/why`);
    expect(response.body).toEqual({
      task: 'b@n1',
      state: 'waiting',
      reasons: [{ code: 'requires', text: 'waits for a@1', since: null, holders: ['a@1'] }],
    });
    expect((await planner.get(`/api/v1/transactions/${transaction}/tasks/zz%40n1/why`)).status).toBe(404);
  });

  it('are listed newest first, by cluster and state, in pages', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await planner.deploy()).transaction);
    const first = (await planner.get('/api/v1/transactions?cluster=c1&state=pending&limit=2')).body;
    const second = (await planner.get(`/api/v1/transactions?cluster=c1&state=pending&limit=1&cursor=${first.next}`))
      .body;
    expect([...first.items, ...second.items].map((item: { transaction: string }) => item.transaction)).toEqual(ids);
    expect((await planner.get('/api/v1/transactions?cluster=c9')).body.items).toEqual([]);
  });

  it('carry graphs that are too large for a message as artifacts', async () => {
    // Parameters that do not compress, each small enough to stay in the graph.
    const noise = Array.from({ length: 400 }, () =>
      Array.from({ length: 3_500 }, () => Math.floor(Math.random() * 36).toString(36)).join(''),
    );
    const tasks = noise
      .map((text, index) => `- { id: t${index}, type: shell, role: [web], parameters: { cmd: ': ${text}' } }\n`)
      .join('');
    expectStatus(
      await planner.publish({
        ...SMALL_RELEASE,
        'release.yaml': 'name: large\nversion: 1.0.0\nroles: { web: {} }\n',
        'tasks.yaml': tasks,
      }),
      201,
    );
    expectStatus(await planner.apply(smallCluster('{}').replace('small@1.0.0', 'large@1.0.0')), 200);
    const { transaction } = await planner.deploy();
    const [start] = startsOf(transaction);
    expect(start?.graph.kind).toBe('artifact');
    const digest = start?.graph.kind === 'artifact' ? start.graph.digest : '';
    expect(start?.artifacts.map((artifact) => artifact.digest)).toContain(digest);
  });
});
