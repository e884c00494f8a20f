import { waitUntil } from '@muster/testkit';
import { ALL_TASKS } from './testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from './testing/test-planner.testing';

/** One session stands behind all connections: whatever waits inside a database transaction for another one hangs here. */
describe('the planner on the embedded database', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start(1, 'on', 'embedded');
  }, 120_000);
  afterAll(() => planner.close(), 60_000);

  it('goes all the way, many requests at once', async () => {
    const published = await Promise.all(Array.from({ length: 4 }, () => planner.publish()));
    expect(published.map((each) => each.status).sort()).toEqual([200, 200, 200, 201]);
    const applied = await Promise.all(Array.from({ length: 4 }, () => planner.apply()));
    applied.forEach((each) => expectStatus(each, 200));
    const { digest } = (await planner.post('/api/v1/clusters/c1/plans')).body;
    const { transaction, deployment } = await planner.deploy({ plan: digest, graphs: ['default', 'verify'] });
    await Promise.all([
      planner.executor.succeed(deployment, ALL_TASKS),
      ...Array.from({ length: 10 }, () => planner.get(`/api/v1/transactions/${transaction}`)),
    ]);
    const second = await planner.untilStarted(transaction, 2);
    await planner.executor.output(second, 'check@n1', 1, 0, 'hello');
    await planner.executor.succeed(second, ['check@n1', 'check@n2']);
    await planner.untilState(transaction, 'succeeded');
    const numbers = (await planner.get('/api/v1/events?limit=1000')).body.items.map(
      (event: { number: number }) => event.number,
    );
    expect(numbers).toEqual(numbers.map((_: number, index: number) => index + 1));
    // Output comes by a road of its own.
    await waitUntil('its output is there', async () => {
      const output = await planner.get(`/api/v1/transactions/${transaction}/tasks/check%40n1/output`);
      return output.body.chunks.map(({ text }: { text: string }) => text).join('') === 'hello';
    });
  }, 60_000);
});
