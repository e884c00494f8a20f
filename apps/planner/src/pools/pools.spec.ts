import type { Bus } from '@muster/messaging';
import type { Problem } from '@muster/problems';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { writePool } from './pools';

const codes = (body: { problems: Problem[] }) => body.problems.map(({ code, subject }) => `${code} ${subject}`);

describe('pools', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());

  const set = (name: string, body: object) => planner.put(`/api/v1/pools/${name}`, body);

  it('are set and changed with the executors, listed by name, and removed', async () => {
    const made = await set('b', { slots: 2 });
    expectStatus(made, 200);
    expect(made.body).toEqual({
      name: 'b',
      slots: 2,
      holders: [],
      waiting: [],
      etag: '1',
    });
    expectStatus(await set('a', { slots: 1 }), 200);
    expectStatus(await set('b', { slots: 5 }), 200);
    expect((await planner.get('/api/v1/pools')).body.items).toMatchObject([
      { name: 'a', slots: 1 },
      { name: 'b', slots: 5 },
    ]);
    expect(planner.executor.pools.get('b')).toMatchObject({ slots: 5, version: 2 });
    expectStatus(await planner.delete('/api/v1/pools/b').set('idempotency-key', 'k1'), 204);
    expect(planner.executor.pools.get('b')).toMatchObject({ slots: 0, version: 3 });
    expect((await planner.get('/api/v1/pools/b')).status).toBe(404);
    expectStatus(await set('b', { slots: 1 }), 200);
    expect(planner.executor.pools.get('b')).toMatchObject({ slots: 1, version: 4 });
  });

  it.each([
    ['x', { slots: 0 }],
    ['x', { slots: 1.5 }],
    ['x', {}],
    ['x', { slots: 1, more: true }],
    ['..%2Fx', { slots: 1 }],
  ])('are refused: %s %j', async (name, body) => {
    expect((await set(name, body)).status).toBe(400);
    expect((await planner.get('/api/v1/pools')).body.items.map((each: { name: string }) => each.name)).not.toContain(
      'x',
    );
  });

  it('are not removed while somebody uses them, nor when there is none', async () => {
    expectStatus(await set('used', { slots: 1 }), 200);
    const share = {
      deployment: '00000000-0000-4000-8000-000000000001',
      transaction: '00000000-0000-4000-8000-000000000002',
      cluster: 'c',
      slots: 1,
      since: '2026-01-01T00:00:00.000Z',
    };
    planner.executor.shares.set('used', { holders: [share], waiting: [] });
    const refused = await planner.delete('/api/v1/pools/used').set('idempotency-key', 'k2');
    expect(refused.status).toBe(409);
    expect(codes(refused.body)).toEqual(['POOL_IN_USE pool used']);
    expect((await planner.get('/api/v1/pools/used')).body).toMatchObject({
      holders: [{ transaction: share.transaction }],
    });
    expect((await planner.delete('/api/v1/pools/none').set('idempotency-key', 'k3')).status).toBe(404);
  });

  it('are written under If-Match, before anything is told to executors', async () => {
    const first = await set('edited', { slots: 2 });
    expect(first.headers['etag']).toBe('"1"');
    const write = (slots: number) => set('edited', { slots }).set('if-match', '"1"');
    expectStatus(await write(3), 200);
    expect([(await write(4)).status, (await set('absent', { slots: 1 }).set('if-match', '*')).status]).toEqual([
      412, 412,
    ]);
    expect(planner.executor.pools.get('edited')).toMatchObject({ slots: 3, version: 2 });
    expect(planner.executor.pools.has('absent')).toBe(false);
    const remove = (etag: string) => planner.delete('/api/v1/pools/edited').set('if-match', etag);
    expect((await remove('"1"')).status).toBe(412);
    expectStatus(await remove('"2"'), 204);
  });

  it('are left with the executors as they are stored, where somebody else was faster', async () => {
    expectStatus(await set('raced', { slots: 1 }), 200);
    const told: unknown[] = [];
    const bus = {
      request: async (_: unknown, { body }: { body: { slots: number; version: number } }) => {
        told.push([body.slots, body.version]);
        if (told.length === 1)
          await planner.database.query("UPDATE planner.pool SET slots = 9, version = 2 WHERE name = 'raced'");
        return { ok: true, body: { accepted: true } };
      },
    } as unknown as Bus;
    await expect(writePool(planner.database, bus, 'default', 'raced', 5, '"1"')).rejects.toMatchObject({
      problems: [{ code: 'API_PRECONDITION_FAILED' }],
    });
    expect(told).toEqual([
      [5, 2],
      [9, 2],
    ]);
  });

  it('are not written when the executors refuse them', async () => {
    planner.executor.refusals.set('executor.pool.set', [
      { code: 'API_INTERNAL', severity: 'error', subject: 'pool', summary: 'no', remedy: 'r' },
    ]);
    expect((await set('lost', { slots: 1 })).status).toBeGreaterThanOrEqual(400);
    planner.executor.refusals.clear();
    expect((await planner.get('/api/v1/pools/lost')).status).toBe(404);
  });
});
