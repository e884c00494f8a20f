import { randomUUID } from 'node:crypto';
import { waitUntil } from '@muster/testkit';
import type { FeedEvent } from '../feed/feed-event';
import { smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

describe('operations', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start(2);
  });
  afterAll(() => planner.close());

  const all = async (): Promise<readonly FeedEvent[]> => (await planner.get('/api/v1/events?limit=1000')).body.items;
  /** Events of operations since a number, once the last of them is an end. */
  const since = async (after: number, ends = 1): Promise<readonly FeedEvent[]> =>
    waitUntil('the operation has its end', async () => {
      const { items } = (await planner.get(`/api/v1/events?kind=operation.*&limit=1000&after=${after}`)).body as {
        items: FeedEvent[];
      };
      return items.filter(({ type }) => type !== 'operation.started').length >= ends && items;
    });
  const last = async (): Promise<number> => (await all()).at(-1)?.number ?? 0;
  const told = (events: readonly FeedEvent[]) => events.map(({ type, data }) => `${type} ${String(data['operation'])}`);

  it('are told at their beginning and once at their end: publish, apply, register, plan, set, deploy, control', async () => {
    const nodes = { nodes: [{ name: 'spare', address: '192.0.2.9' }], acceptHostKeys: true };
    planner.executor.hostKeys.set('192.0.2.9', `SHA256:${'9'.repeat(43)}`);
    const requests: readonly [string, () => PromiseLike<{ status: number; text: string }>, object][] = [
      ['publishRelease', () => planner.publish(), { name: 'small', version: '1.0.0' }],
      ['applyCluster', () => planner.apply(), { cluster: 'c1', revision: 1, changed: true }],
      ['registerNodes', () => planner.post('/api/v1/nodes', nodes), {}],
      ['setPool', () => planner.put('/api/v1/pools/licences', { slots: 2 }), { name: 'licences', slots: 2 }],
      ['planCluster', () => planner.post('/api/v1/clusters/c1/plans'), {}],
      ['startTransaction', () => planner.post('/api/v1/transactions', { cluster: 'c1' }), {}],
    ];
    for (const [name, request, result] of requests) {
      const before = await last();
      const response = await request();
      if (response.status >= 300) throw new Error(`${name}: ${response.text}`);
      const events = await since(before);
      expect(told(events)).toEqual([`operation.started ${name}`, `operation.succeeded ${name}`]);
      expect(events[1]?.data).toMatchObject({ who: 'admin', result });
      expect(new Set(events.map((event) => event.subject.operation)).size).toBe(1);
    }
    // A deployment's operation has the id of its transaction.
    const [transaction] = (await planner.get('/api/v1/transactions')).body.items as { transaction: string }[];
    const before = await last();
    expectStatus(
      await planner.post(`/api/v1/transactions/${transaction?.transaction}/controls`, { verb: 'pause' }),
      202,
    );
    const open = await waitUntil('its start is in the feed', async () => {
      const { items } = (await planner.get(`/api/v1/events?kind=operation.*&after=${before}`)).body as {
        items: FeedEvent[];
      };
      return items.length > 0 && items;
    });
    expect(told(open)).toEqual(['operation.started controlTransaction']);
    // Nobody has read the control yet; its end is told once somebody has.
    const command = open[0]?.subject.operation ?? '';
    const started = (await all()).find(({ data }) => data['operation'] === 'startTransaction');
    expect(started?.subject.operation).toBe(transaction?.transaction);
    await planner.database.query('UPDATE planner.control SET taken_at = now() WHERE id = $1', [command]);
    const ended = await since(before);
    expect(told(ended)).toEqual(['operation.started controlTransaction', 'operation.succeeded controlTransaction']);
    expect(ended[1]).toMatchObject({ subject: { operation: command }, data: { result: { command, effect: 'taken' } } });
    await planner.checkFeed();
  });

  it('are told once, however often the request is repeated', async () => {
    const before = await last();
    const key = randomUUID();
    const set = () => planner.put('/api/v1/pools/repeated', { slots: 1 }, key);
    await Promise.all([set(), set(), set()]);
    await set();
    await planner.publish(undefined, 'releases', key + 'p');
    await planner.publish(undefined, 'releases', key + 'p');
    expect(told(await since(before, 2))).toEqual([
      'operation.started setPool',
      'operation.succeeded setPool',
      'operation.started publishRelease',
      'operation.succeeded publishRelease',
    ]);
  });

  it('that are refused say why, and without what was sent', async () => {
    const before = await last();
    expectStatus(await planner.apply(smallCluster().replace('small@1.0.0', 'none@1.0.0'), { reason: 'x' }), 422);
    expectStatus(await planner.put('/api/v1/pools/none', { slots: 0 }), 400);
    const events = await since(before, 2);
    expect(told(events.filter(({ type }) => type !== 'operation.started'))).toEqual([
      'operation.refused applyCluster',
      'operation.refused setPool',
    ]);
    expect(events.at(-1)?.data['problems']).toMatchObject([{ code: 'API_INVALID' }]);
    await planner.checkFeed();
  });

  it('of a planner that died are told as interrupted, once, whoever finds it', async () => {
    const before = await last();
    const ids = Array.from({ length: 20 }, () => randomUUID());
    for (const id of ids)
      await planner.database.query(
        `INSERT INTO planner.operation (id, project, name, who, subject, leased_until)
         VALUES ($1::uuid, 'default', 'setPool', 'admin', jsonb_build_object('operation', ($1::uuid)::text), now() - interval '1 hour')`,
        [id],
      );
    const events = await since(before, ids.length);
    expect(events.map((event) => event.subject.operation).sort()).toEqual([...ids].sort());
    expect(new Set(told(events))).toEqual(new Set(['operation.interrupted setPool']));
    await planner.checkFeed();
  });
});
