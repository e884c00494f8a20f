import type { DeploymentEventBody } from '@muster/model';
import { ALL_TASKS } from '../testing/bundle-archive.testing';
import { TestPlanner } from '../testing/test-planner.testing';
import { applyEvents } from './apply-events';

/** A queue with one active consumer hides it, but a consumer that was cut off and its heir may both be at work. */
describe('events that several planners apply at once', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it('take effect once', async () => {
    const { transaction, deployment } = await planner.deploy();
    const bodies: DeploymentEventBody[] = [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      ...ALL_TASKS.flatMap((task): DeploymentEventBody[] => [
        { type: 'attempt-started', task, attempt: 1 },
        {
          type: 'attempt-ended',
          task,
          attempt: 1,
          result: { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } },
        },
        { type: 'tasks-ended', tasks: [task], state: 'succeeded' },
      ]),
      { type: 'state-changed', state: 'succeeded', text: null },
    ];
    const events = await planner.executor.tell(deployment, bodies, true);
    const planners = Array.from({ length: 8 }, async () => {
      for (let from = 0; from < events.length; from++) {
        await planner.database.transaction(async (manager) => {
          await applyEvents(manager, deployment, events.slice(from, from + 4));
        });
      }
    });
    await Promise.all(planners);
    const [row] = await planner.database.query('SELECT last_seq, state FROM planner.deployment WHERE id = $1', [
      deployment,
    ]);
    expect(row).toEqual({ last_seq: events.length, state: 'succeeded' });
    const told = await planner.database.query(
      "SELECT type, subject, data->>'to' AS state, count(*)::int AS times FROM planner.feed_event WHERE transaction_id = $1 GROUP BY 1, 2, 3 HAVING count(*) > 1",
      [transaction],
    );
    expect(told).toEqual([]);
  });
});
