import { waitUntil } from '@muster/testkit';
import { ALL_TASKS } from './testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from './testing/test-planner.testing';

describe('publish, apply, plan, deploy', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());

  it('goes all the way', async () => {
    const published = await planner.publish();
    expectStatus(published, 201);
    expect(published.body).toMatchObject({ name: 'small', version: '1.0.0', problems: [] });

    const applied = await planner.apply();
    expectStatus(applied, 200);
    expect(applied.body).toMatchObject({
      cluster: 'c1',
      revision: 1,
      changed: true,
      acceptedHostKeys: [{ node: 'n1' }, { node: 'n2' }],
    });

    const plan = await planner.post('/api/v1/clusters/c1/plans', {});
    expectStatus(plan, 200);
    expect(plan.body.tasks.map((task: { task: string }) => task.task)).toEqual(ALL_TASKS);

    const { transaction, deployment } = await planner.deploy({ plan: plan.body.digest, reason: 'first' });
    const start = planner.executor.starts[0];
    expect(start).toMatchObject({ transaction, run: 1, cluster: 'c1', final: true, who: 'admin', why: 'first' });
    expect(start?.nodes.map((node) => node.name)).toEqual(['n1', 'n2']);
    expect(start?.artifacts).toHaveLength(1);

    await planner.executor.succeed(deployment, ALL_TASKS);
    await waitUntil(
      'it has succeeded',
      async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.state === 'succeeded',
    );
    const status = await planner.get(`/api/v1/transactions/${transaction}`);
    expect(status.body).toMatchObject({
      cluster: 'c1',
      executor: 'fake',
      graphs: [
        {
          type: 'default',
          state: 'succeeded',
          tasks: { 'a@n1': { state: 'succeeded', attempts: 1, exitCode: 0, reason: null } },
        },
      ],
      progress: { total: 4, ended: 4, running: [], failed: [] },
    });
    // Events get their numbers, and readers see them, a moment after what they tell.
    const events = await waitUntil('the end is in the feed', async () => {
      const page = await planner.get(`/api/v1/events?kind=transaction.*,task.*&transaction=${transaction}`);
      return page.body.items.at(-1)?.type === 'transaction.ended' ? page : undefined;
    });
    expect(events.body.items.map((event: { type: string }) => event.type)).toEqual([
      'transaction.created',
      'transaction.running',
      ...ALL_TASKS.flatMap(() => ['task.running', 'task.succeeded']),
      'transaction.ended',
    ]);
  });
});
