import { randomUUID } from 'node:crypto';
import { waitUntil } from '@muster/testkit';
import { forgetEvents, forgetTransactions } from '../retention/retention';
import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const RELEASE = {
  'release.yaml': SMALL_RELEASE['release.yaml'].replace('type: integer', 'type: string'),
  'tasks.yaml': `- { id: a, type: upload_file, role: [web], parameters: {
    path: { yaql_exp: "concat('/etc/', $.port)" }, data: { yaql_exp: "$.password" } } }
`,
};

interface Listed {
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
}

describe('the past of transactions', () => {
  let planner: TestPlanner;
  const made: string[] = [];
  beforeAll(async () => {
    planner = await TestPlanner.start(2);
    expectStatus(await planner.publish(RELEASE), 201);
    expectStatus(await planner.apply(smallCluster('{ port: "80", password: MARKER }')), 200);
  });
  afterAll(() => planner.close());

  const list = async (query: string): Promise<string[]> => {
    const { items } = (await planner.get(`/api/v1/transactions?${query}`)).body as { items: { transaction: string }[] };
    return items.map(({ transaction }) => transaction);
  };
  const attempts = async (id: string, query = ''): Promise<Listed> =>
    (await planner.get(`/api/v1/transactions/${id}/attempts?${query}`)).body as Listed;

  it('has every attempt: when, how it ended, by whom it was started, and what of its output is kept', async () => {
    const { transaction, deployment } = await planner.deploy({ force: true });
    made.push(transaction);
    const result = (code: number) => ({ kind: 'exited' as const, code, sizes: { stdout: 5, stderr: 0 } });
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'owner-changed', executor: 'e1', epoch: 1 },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
      { type: 'attempt-ended', task: 'a@n1', attempt: 1, result: result(7) },
      { type: 'retry-set', task: 'a@n1', notBefore: 1 },
    ]);
    await planner.executor.tell(deployment, [
      { type: 'owner-changed', executor: 'e2', epoch: 2 },
      { type: 'retry-due', task: 'a@n1' },
      { type: 'attempt-started', task: 'a@n1', attempt: 2 },
    ]);
    await planner.executor.tell(deployment, [{ type: 'attempt-started', task: 'a@n2', attempt: 1 }]);
    await planner.database.query(
      `INSERT INTO planner.output_chunk (deployment_id, task, attempt, stream, start, bytes)
       VALUES ($1, 'a@n1', 1, 'stdout', 0, 'abc'), ($1, 'a@n1', 1, 'stdout', 3, 'de')`,
      [deployment],
    );
    const { items } = await waitUntil('all are there', async () => {
      const page = await attempts(transaction);
      return page.items.length === 3 && page;
    });
    expect(items).toMatchObject([
      {
        ...{ run: 1, graphType: 'default', task: 'a@n1', attempt: 1, end: 'exited', exitCode: 7, executor: 'e1' },
        output: { stdout: { from: 0, to: 5 }, stderr: null },
      },
      { task: 'a@n1', attempt: 2, end: null, exitCode: null, endedAt: null, executor: 'e2' },
      { task: 'a@n2', attempt: 1, executor: 'e2' },
    ]);
    const first = await attempts(transaction, 'limit=2');
    const rest = await attempts(transaction, `limit=2&cursor=${first.next}`);
    expect([...first.items, ...rest.items]).toEqual(items);
    expect((await attempts(transaction, 'task=a@n2')).items).toHaveLength(1);
    expect((await planner.get(`/api/v1/transactions/${randomUUID()}/attempts`)).status).toBe(404);
    expect((await planner.get(`/api/v1/transactions/${transaction}/attempts?cursor=e30`)).status).toBe(400);
  });

  it('has what a task was given then, masked, whatever was edited since', async () => {
    const [transaction = ''] = made;
    expectStatus(await planner.apply(smallCluster('{ port: "81", password: OTHER }'), { identities: {} }), 200);
    const { body, text } = await planner.get(`/api/v1/transactions/${transaction}/tasks/a@n1/inputs`);
    expect(body).toMatchObject({
      ...{ task: 'a@n1', run: 1, revision: 1 },
      inputs: { type: 'upload_file', parameters: { path: '/etc/80', data: '<secret>' } },
    });
    expect(text).not.toContain('MARKER');
    expect((await planner.get(`/api/v1/transactions/${transaction}/tasks/x@n1/inputs`)).status).toBe(404);
    expect((await planner.get(`/api/v1/transactions/${randomUUID()}/tasks/a@n1/inputs`)).status).toBe(404);
  });

  it('is searched by state, by who, and by time', async () => {
    const second = await planner.deploy({ force: true });
    made.unshift(second.transaction);
    await planner.executor.tell(second.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'state-changed', state: 'failed', text: null },
    ]);
    await planner.untilState(second.transaction, 'failed');
    expect(await list('state=failed')).toEqual([second.transaction]);
    expect(await list('state=failed,running')).toEqual(made);
    expect(await list('state=failed&state=pending')).toEqual([second.transaction]);
    expect(await list('who=admin')).toEqual(made);
    expect(await list('who=nobody')).toEqual([]);
    const { createdAt } = (await planner.get('/api/v1/transactions?limit=1')).body.items[0];
    expect(await list(`since=${createdAt}`)).toEqual([second.transaction]);
    expect((await planner.get('/api/v1/transactions?since=yesterday&state=nonsense')).body.problems).toHaveLength(2);
  });

  it('is paused and resumed in bulk', async () => {
    const running = made[1] ?? '';
    const deployment = await planner.untilStarted(running, 1);
    const send = async (verb: string) =>
      (await planner.post('/api/v1/transactions/controls', { transactions: [running], verb })).body.items;
    const told = () => planner.executor.commands.at(-1)?.body;
    expect(await send('pause')).toMatchObject([{ transaction: running, problems: [] }]);
    expect(told()).toMatchObject({ deployment, verb: 'pause', who: 'admin' });
    await planner.executor.tell(deployment, [{ type: 'state-changed', state: 'paused', text: null }]);
    await planner.untilState(running, 'paused');
    expect(await send('resume')).toMatchObject([{ transaction: running, problems: [] }]);
    expect(told()).toMatchObject({ deployment, verb: 'resume', who: 'admin' });
    await planner.executor.tell(deployment, [{ type: 'state-changed', state: 'running', text: null }]);
    await planner.untilState(running, 'running');
  });

  it('is ended in bulk, each by itself, and once per key', async () => {
    const [ended = '', running = ''] = made;
    const nobody = randomUUID();
    const key = randomUUID();
    const send = () =>
      planner.post('/api/v1/transactions/controls', { transactions: [ended, running, nobody], verb: 'cancel' }, key);
    const before = planner.executor.commands.length;
    const { status, body } = await send();
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { transaction: ended, effect: 'refused', problems: [{ code: 'CONTROL_NOT_POSSIBLE' }] },
      { transaction: running, problems: [] },
      { transaction: nobody, command: null, effect: 'refused', problems: [{ code: 'API_NOT_FOUND' }] },
    ]);
    expect((await send()).body).toEqual(body);
    expect(planner.executor.commands.length - before).toBe(1);
    expect((await planner.post('/api/v1/transactions/controls', { transactions: [], verb: 'skip' })).status).toBe(400);
    await planner.checkFeed();
  });

  it('is kept as the configuration says, and in any case where something refers to it', async () => {
    const removed: number[] = [];
    const forget = (transactionDays: number, transactionsPerCluster: number) =>
      planner.database.transaction(async (on) => {
        const query = jest.spyOn(on, 'query');
        const count = await forgetTransactions(on, { transactionDays, transactionsPerCluster });
        for (const [index, [text]] of query.mock.calls.entries())
          if (text.startsWith('DELETE FROM planner.transaction '))
            removed.push(((await query.mock.results[index]?.value) as [unknown[], number])[1]);
        return count;
      });
    const [newest = '', running = ''] = made;
    const row = `INSERT INTO planner.transaction (id, project, cluster_id, cluster, revision, state, graphs, options, runs, who, created_at, ended_at)
      SELECT $1, 'default', cluster_id, cluster, 1, $2, '{default}', options, 1, 'x', now() - interval '400 days', $3::timestamptz
      FROM planner.transaction WHERE id = $4`;
    const [old, older, used, open] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const longAgo = new Date(Date.now() - 399 * 86_400_000);
    await planner.database.query(row, [old, 'succeeded', longAgo, newest]);
    await planner.database.query(row, [older, 'succeeded', longAgo, newest]);
    await planner.database.query(row, [used, 'succeeded', longAgo, newest]);
    await planner.database.query(row, [open, 'paused', null, newest]);
    await planner.database.query(
      `INSERT INTO planner.last_success (cluster_id, graph_type, definition, node, release, fingerprint, common, own, transaction_id, at)
       SELECT cluster_id, 'default', 'z', 'n1', 'small', '{}', 'c', 'o', $1, now() FROM planner.transaction WHERE id = $1`,
      [used],
    );
    expect([await forget(0, 0), await forget(500, 0)]).toEqual([0, 0]);
    expect(await forget(300, 0)).toBe(2);
    // A statement each: one may be of very many tasks, and the time of a statement is limited.
    expect(removed).toEqual([1, 1]);
    expect((await list('')).sort()).toEqual([newest, running, used, open].sort());
    // Whoever reads page by page goes on behind what has been removed meanwhile.
    const gone = randomUUID();
    await planner.database.query(row, [gone, 'succeeded', new Date(), newest]);
    await planner.database.query(
      "UPDATE planner.transaction SET created_at = now() - interval '399 days' WHERE id = $1",
      [gone],
    );
    const page = (await planner.get('/api/v1/transactions?limit=3')).body;
    expect(page.items[2].transaction).toBe(gone);
    await planner.database.query('DELETE FROM planner.transaction WHERE id = $1', [gone]);
    const rest = (await planner.get(`/api/v1/transactions?limit=3&cursor=${page.next}`)).body.items;
    expect(rest.map((each: { transaction: string }) => each.transaction).sort()).toEqual([used, open].sort());
    const cursor = (...key: string[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const path of ['transactions', 'inspections', 'nodes/n1/history']) {
      const at = (time: string) => planner.get(`/api/v1/${path}?cursor=${cursor(time, gone)}`);
      const statuses = [await at('2026-99-99T99:99:99.999999Z'), await at('9'.repeat(17)), await at('9'.repeat(16))];
      expect([path, ...statuses.map(({ status }) => status)]).toEqual([path, 400, 400, 200]);
    }
    // The running one is not the newest, and stays all the same.
    expect(await forget(0, 1)).toBe(0);
    await planner.database.query('UPDATE planner.last_success SET fingerprint = NULL');
    expect(await forget(0, 1)).toBe(1);
    expect((await list('')).sort()).toEqual([newest, running, open].sort());
  });

  it('of the feed is kept until everybody was told, and a reader that comes too late is told so', async () => {
    const first = (await planner.get('/api/v1/events?limit=1')).body.items[0].number as number;
    await planner.database.query(
      `UPDATE planner.feed_event SET recorded_at = now() - interval '90 days' WHERE number <= $1`,
      [first + 4],
    );
    const forget = () => forgetEvents(planner.database.manager, { eventDays: 30 });
    const hook = { name: 'late', url: 'http://127.0.0.1:1/', kinds: ['pool.*'], after: first + 1 };
    expectStatus(await planner.post('/api/v1/webhooks', hook), 201);
    // What its delivery has begun would write over what is put back here.
    await waitUntil('nothing is left to be delivered', async () => {
      const [webhook] = await planner.database.query('SELECT last FROM planner.webhook');
      return Number(webhook.last) > first + 4;
    });
    await planner.database.query(`UPDATE planner.webhook SET last = $1, due_at = now() + interval '1 day'`, [
      first + 1,
    ]);
    await waitUntil('the exchange was told', async () => {
      const [cursor] = await planner.database.query('SELECT last FROM planner.feed_cursor');
      return Number(cursor.last) > first + 4;
    });
    expect(await forget()).toBe(2);
    await planner.database.query('DELETE FROM planner.webhook');
    expect(await forget()).toBe(3);
    const late = await planner.get(`/api/v1/events?after=${first}`);
    expect([late.status, late.body.problems[0].code]).toEqual([410, 'API_EVENTS_FORGOTTEN']);
    const stream = await planner
      .get('/api/v1/events')
      .set('accept', 'text/event-stream')
      .set('last-event-id', String(first));
    expect(stream.status).toBe(410);
    expect((await planner.get(`/api/v1/events?after=${first + 4}`)).status).toBe(200);
    expect((await planner.get('/api/v1/events')).body.items[0].number).toBe(first + 5);
  });
});
