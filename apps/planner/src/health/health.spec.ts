import { databaseFailure } from '@muster/storage';
import { createTestDatabase, openDatabaseWay, waitUntil } from '@muster/testkit';
import request from 'supertest';
import { connectDatabase } from '../database/open-database';
import { ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';

describe('the health of a planner', () => {
  let planner: TestPlanner;
  beforeAll(async () => void (planner = await TestPlanner.start()));
  afterAll(() => planner.close());

  it('is not ready without its broker, says so, and is again once it is back', async () => {
    let isConnected = true;
    const bus = planner.broker.connect();
    Object.defineProperty(bus, 'isConnected', { get: () => isConnected });
    const { url } = await planner.add(bus);
    const ready = async () => {
      const { status, body } = await request(url).get('/health/ready');
      return { ...body, code: status };
    };
    try {
      expect(await ready()).toEqual({ code: 200, status: 'ok', database: true, broker: true, reasons: [] });
      isConnected = false;
      expect(await ready()).toEqual({
        ...{ code: 503, status: 'unavailable', database: true, broker: false },
        reasons: ['there is no connection to the broker'],
      });
      // It is alive: to start it again would help nobody.
      expect((await request(url).get('/health/live')).status).toBe(200);
      isConnected = true;
      expect(await ready()).toMatchObject({ code: 200 });
    } finally {
      await bus.close();
    }
  });

  it('is not ready without its database, says so, and can be stopped all the same', async () => {
    const place = await createTestDatabase();
    const alone = await TestPlanner.start(1, 'on', 'postgres', place.url);
    try {
      await place.drop();
      const { status, body } = await request(alone.url).get('/health/ready');
      expect([status, body]).toEqual([
        503,
        { status: 'unavailable', database: false, broker: true, reasons: ['the database does not answer'] },
      ]);
      expect((await request(alone.url).get('/health/live')).status).toBe(200);
    } finally {
      await alone.close();
    }
  });

  it('ends requests with what to do while its database is silent, and serves them once it answers', async () => {
    const place = await createTestDatabase();
    const way = await openDatabaseWay(place.url);
    const distant = await TestPlanner.start(0, 'on', 'postgres', way.url);
    const { url } = await distant.add(undefined, { statementMs: 2000 });
    const ask = (path: string) =>
      request(url).get(`/api/v1/${path}`).set('authorization', `Bearer ${ADMIN_TOKEN}`).timeout(20_000);
    try {
      expect((await ask('clusters')).status).toBe(200);
      way.hold(true);
      // More than there are connections.
      const answers = await Promise.all(Array.from({ length: 15 }, () => ask('clusters')));
      for (const { status, body } of answers)
        expect([status, body.problems]).toMatchObject([
          503,
          [
            {
              code: 'API_UNAVAILABLE',
              summary: expect.stringMatching(/database does not answer/),
              remedy: expect.stringMatching(/./),
            },
          ],
        ]);
      way.hold(false);
      await waitUntil('requests are served again', async () => (await ask('clusters')).status === 200);
    } finally {
      way.hold(false);
      await distant.close();
      await way.close();
      await place.drop();
    }
  });

  it('tells of a statement that waits too long for others that nothing of it was done', async () => {
    const database = await connectDatabase(planner.opened, 1000);
    const holder = planner.database.createQueryRunner();
    try {
      await holder.startTransaction();
      await holder.query('LOCK TABLE planner.project IN ACCESS EXCLUSIVE MODE');
      const failure = await database.query('SELECT 1 FROM planner.project').catch((error: unknown) => error);
      expect([databaseFailure(failure), String(failure)]).toEqual([
        'conflict',
        expect.stringMatching(/statement timeout/),
      ]);
    } finally {
      await holder.rollbackTransaction();
      await holder.release();
      await database.destroy();
    }
  });

  it('is not ready while its database takes connections and is silent, which it says in time', async () => {
    const place = await createTestDatabase();
    const way = await openDatabaseWay(place.url);
    const distant = await TestPlanner.start(1, 'on', 'postgres', way.url);
    const ready = async () => {
      const { status, body } = await request(distant.url).get('/health/ready').timeout(10_000);
      return { code: status, database: body.database, reasons: body.reasons };
    };
    try {
      expect(await ready()).toEqual({ code: 200, database: true, reasons: [] });
      way.hold(true);
      const silent = { code: 503, database: false, reasons: ['the database does not answer'] };
      expect(await Promise.all([ready(), ready()])).toEqual([silent, silent]);
      way.hold(false);
      await waitUntil('it is ready again', async () => (await ready()).code === 200);
    } finally {
      way.hold(false);
      await distant.close();
      await way.close();
      await place.drop();
    }
  });
});
