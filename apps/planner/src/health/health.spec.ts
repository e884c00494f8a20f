import { createTestDatabase } from '@muster/testkit';
import request from 'supertest';
import { TestPlanner } from '../testing/test-planner.testing';

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

  it('is not ready without its database, and says so', async () => {
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
});
