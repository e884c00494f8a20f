import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '@muster/model';
import { runOnce } from '../idempotency/idempotency';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

describe('Idempotency-Key', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it('gives the same request the same answer, once done', async () => {
    const key = randomUUID();
    const before = planner.executor.starts.length;
    const [first, second] = [
      await planner.post('/api/v1/transactions', { cluster: 'c1' }, key),
      await planner.post('/api/v1/transactions', { cluster: 'c1' }, key),
    ];
    expectStatus(first, 201);
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(planner.executor.starts.length).toBe(before + 1);
  });

  it('is whose it is: the same of somebody else is another request', async () => {
    const key = randomUUID();
    const made: unknown[] = [];
    for (const name of ['ada', 'bob']) {
      const token = await planner.tokenWith({ default: 'operator' }, name);
      for (const _ of [1, 2]) {
        const answer = await planner
          .post('/api/v1/transactions', { cluster: 'c1' }, key)
          .set('authorization', `Bearer ${token}`);
        expectStatus(answer, 201);
        made.push(answer.body.transaction);
      }
    }
    expect([made[0] === made[1], made[2] === made[3], new Set(made).size]).toEqual([true, true, 2]);
  });

  it('lets simultaneous twins take effect once', async () => {
    const key = randomUUID();
    const before = planner.executor.starts.length;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => planner.post('/api/v1/transactions', { cluster: 'c1' }, key)),
    );
    expect(new Set(answers.map((each) => `${each.status} ${each.body.transaction}`)).size).toBe(1);
    expect(planner.executor.starts.length).toBe(before + 1);
  });

  it('refuses the key for another request', async () => {
    const key = randomUUID();
    expectStatus(await planner.post('/api/v1/transactions', { cluster: 'c1' }, key), 201);
    for (const other of [
      planner.post('/api/v1/transactions', { cluster: 'c1', force: true }, key),
      planner.post('/api/v1/nodes', { cluster: 'c1' }, key),
    ]) {
      const response = await other;
      expect([response.status, response.body.problems[0].code]).toEqual([422, 'API_IDEMPOTENCY_MISMATCH']);
    }
  });

  it('is bound to what a plan was asked for, of which the same gets a plan again', async () => {
    const key = randomUUID();
    const plan = (body: object) => planner.post('/api/v1/clusters/c1/plans', body, key);
    const [first, second] = [await plan({ force: true }), await plan({ force: true })];
    expectStatus(first, 200);
    expectStatus(second, 200);
    expect(second.body.digest).toBe(first.body.digest);
    const other = await plan({});
    expect([other.status, other.body.problems[0].code]).toEqual([422, 'API_IDEMPOTENCY_MISMATCH']);
  });

  it('repeats refusals too', async () => {
    const key = randomUUID();
    const first = await planner.post('/api/v1/transactions', { cluster: 'later' }, key);
    const second = await planner.post('/api/v1/transactions', { cluster: 'later' }, key);
    expect([first.status, second.status]).toEqual([404, 404]);
    expect(second.body.problems).toEqual(first.body.problems);
  });

  it('finds what a planner made that died before it could answer', async () => {
    const key = randomUUID();
    const first = await planner.post('/api/v1/transactions', { cluster: 'c1' }, key);
    // As after a crash between the commit and the stored answer, with the lease of the first request over.
    await planner.database.query(
      "UPDATE planner.idempotency_key SET status = NULL, answer = NULL, leased_until = now() - interval '1 second' WHERE key = $1",
      [key],
    );
    const before = planner.executor.starts.length;
    const second = await planner.post('/api/v1/transactions', { cluster: 'c1' }, key);
    expect(second.body).toEqual(first.body);
    expect(planner.executor.starts.length).toBe(before);
  });

  it('does not store what may work the next time', async () => {
    const request = { project: 'default', principal: 'x', key: randomUUID(), request: 'h' };
    const answer = (status: number) => runOnce(planner.database, request, async () => ({ status, body: null }));
    expect((await answer(503)).status).toBe(503);
    await expect(runOnce(planner.database, request, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    expect((await answer(200)).status).toBe(200);
    expect((await answer(500)).status).toBe(200);
  });

  it('keeps nothing by which the request could be guessed', async () => {
    const key = randomUUID();
    const body = {
      name: 'hashed',
      address: '192.0.2.77',
      hostKey: `SHA256:${'7'.repeat(43)}`,
      identity: 'a short secret',
    };
    expectStatus(await planner.post('/api/v1/nodes', body, key), 201);
    const [{ request }] = await planner.database.query('SELECT request FROM planner.idempotency_key WHERE key = $1', [
      key,
    ]);
    const text = `POST\n/api/v1/nodes\n${canonicalJson(body)}`;
    expect(request).toMatch(/^[0-9a-f]{64}$/);
    expect(request).not.toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('knows a bundle by its content', async () => {
    const key = randomUUID();
    const files = { ...SMALL_RELEASE, 'release.yaml': SMALL_RELEASE['release.yaml'].replace('1.0.0', '2.0.0') };
    expectStatus(await planner.publish(files, 'releases', key), 201);
    expectStatus(await planner.publish(files, 'releases', key), 201);
    expectStatus(await planner.publish(files, 'releases'), 200);
    const other = await planner.publish({ ...files, 'files/b.txt': 'other' }, 'releases', key);
    expect([other.status, other.body.problems[0].code]).toEqual([422, 'API_IDEMPOTENCY_MISMATCH']);
  });

  it('refuses a key that cannot be kept', async () => {
    const response = await planner.post('/api/v1/transactions', { cluster: 'c1' }, 'two words');
    expect([response.status, response.body.problems[0].code]).toEqual([400, 'API_INVALID']);
  });
});
