import { startPostgres, waitUntil } from '@muster/testkit';
import { ALL_TASKS } from '../testing/bundle-archive.testing';
import { TestPlanner } from '../testing/test-planner.testing';

describe('a planner whose database is killed and comes back', () => {
  it('goes on by itself, and loses nothing that it had acknowledged', async () => {
    const postgres = await startPostgres();
    const planner = await (await TestPlanner.start(2, 'on', 'postgres', postgres.url)).prepare();
    try {
      const { transaction, deployment } = await planner.deploy();
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        { type: 'state-changed', state: 'running', text: null },
      ]);
      await planner.untilState(transaction, 'running');

      await postgres.kill();
      const unready = await planner.get('/health/ready');
      expect([unready.status, unready.body.reasons]).toEqual([503, ['the database does not answer']]);
      expect((await planner.get('/health/live')).status).toBe(200);
      const refused = await planner.get(`/api/v1/transactions/${transaction}`);
      expect([refused.status, refused.body.problems[0].code]).toEqual([503, 'API_UNAVAILABLE']);
      // Told while nobody can keep it: it stays in the queue.
      await planner.executor.succeed(deployment, ALL_TASKS);
      await postgres.start();

      await waitUntil('it is ready again', async () => (await planner.get('/health/ready')).status === 200);
      await planner.untilState(transaction, 'succeeded');
      await planner.deploy();
      await waitUntil(
        'the feed goes on',
        async () => (await planner.feedOf(transaction)).at(-1)?.type === 'transaction.ended',
      );
    } finally {
      await planner.close();
      await postgres.stop();
    }
  }, 90_000);
});
