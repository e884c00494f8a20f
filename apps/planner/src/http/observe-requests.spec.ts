import { expectStatus, ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';
import request from 'supertest';

const PLACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('a request', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());
  beforeEach(() => void planner.log.splice(0));

  const ask = (headers: Readonly<Record<string, string>>) =>
    request(planner.url)
      .post('/api/v1/transactions')
      .set({ authorization: `Bearer ${ADMIN_TOKEN}`, ...headers })
      .send({ cluster: 'c1' });
  const lines = (): Record<string, unknown>[] => planner.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const stored = async (transaction: string) =>
    (
      await planner.database.query(
        `SELECT t.request_id, t.traceparent, o.request_id AS sent_id, o.traceparent AS sent_traceparent
         FROM planner.transaction t JOIN planner.deployment d ON d.transaction_id = t.id
         JOIN planner.outgoing o ON o.deployment_id = d.id WHERE t.id = $1`,
        [transaction],
      )
    )[0];

  it('has the id that its caller gives, in the answer, in the log and with what is sent because of it', async () => {
    const answer = await ask({ 'x-request-id': 'ci/job-7:1', traceparent: PLACE });
    expectStatus(answer, 201);
    expect(answer.headers['x-request-id']).toBe('ci/job-7:1');
    expect(await stored(answer.body.transaction)).toEqual({
      ...{ request_id: 'ci/job-7:1', traceparent: PLACE, sent_id: 'ci/job-7:1', sent_traceparent: PLACE },
    });
    expect(lines().filter(({ msg }) => msg === 'answered')).toMatchObject([
      {
        ...{ level: 'info', requestId: 'ci/job-7:1', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' },
        ...{ method: 'POST', path: '/api/v1/transactions', status: 201, ms: expect.any(Number) },
      },
    ]);
  });

  it.each([
    ['none', {}],
    ['what could be taken for more of a line', { 'x-request-id': 'a", "level":"fatal' }],
    ['an escape', { 'x-request-id': 'a\u009b2J' }],
    ['a whole book', { 'x-request-id': 'x'.repeat(129) }],
  ])('that gives %s gets an id of its own', async (_what, headers: Record<string, string>) => {
    const answer = await ask({ ...headers, traceparent: '00-not-one' });
    expectStatus(answer, 201);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const { request_id: id, traceparent } = await stored(answer.body.transaction);
    expect([id, traceparent]).toEqual([answer.headers['x-request-id'], null]);
    expect(lines().filter(({ level }) => level === 'fatal')).toEqual([]);
  });

  it('that fails for a reason which nobody foresaw is found in the log by its id', async () => {
    planner.runner.meanwhile = () => Promise.reject(new TypeError('we were wrong'));
    try {
      expectStatus(await ask({ 'x-request-id': 'broken-1' }), 500);
    } finally {
      planner.runner.meanwhile = () => Promise.resolve();
    }
    const mine = lines().filter(({ requestId }) => requestId === 'broken-1');
    expect(mine).toMatchObject([
      { level: 'error', msg: 'request failed', project: 'default' },
      { level: 'warn', msg: 'answered', status: 500 },
    ]);
  });

  it('has an id also when it is refused, and leaves nothing of it to the next one', async () => {
    const refused = await request(planner.url).get('/api/v1/clusters').set('x-request-id', 'stranger');
    expect([refused.status, refused.headers['x-request-id']]).toEqual([401, 'stranger']);
    const next = await planner.get('/api/v1/clusters');
    expect(next.headers['x-request-id']).not.toBe('stranger');
  });
});
