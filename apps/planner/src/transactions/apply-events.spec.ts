import { randomUUID } from 'node:crypto';
import type { DeploymentEventBody } from '@muster/model';
import { ROWS_AT_ONCE } from '../database/sql';
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

  it('take effect whole where one is about more tasks than are written at once', async () => {
    const { transaction, deployment } = await planner.deploy();
    const unknown = Array.from({ length: 2 * ROWS_AT_ONCE }, (_, index) => `u${index}@1`);
    const events = await planner.executor.tell(
      deployment,
      [
        { type: 'accepted' },
        { type: 'state-changed', state: 'running', text: null },
        { ...{ type: 'control', command: randomUUID(), verb: 'cancel', who: 'w', why: null } },
        // Those that the deployment has are in the first and in the last portion.
        {
          ...{ type: 'tasks-ended', state: 'not-run', cause: { code: 'cancelled', text: 'cancelled by w' } },
          tasks: [...ALL_TASKS.slice(0, 1), ...unknown, ...ALL_TASKS.slice(1)],
        },
        { type: 'state-changed', state: 'cancelled', text: 'cancelled by w' },
      ],
      true,
    );
    await planner.database.transaction((manager) => applyEvents(manager, deployment, events));
    const tasks = await planner.database.query(
      'SELECT state, reason, count(*)::int AS times FROM planner.task WHERE deployment_id = $1 GROUP BY 1, 2',
      [deployment],
    );
    expect(tasks).toEqual([
      { state: 'not-run', reason: expect.stringContaining('cancelled'), times: ALL_TASKS.length },
    ]);
    const told = await planner.database.query(
      `SELECT type, count(*)::int AS times, count(DISTINCT subject->>'task')::int AS tasks FROM planner.feed_event
       WHERE transaction_id = $1 AND type LIKE 'task.%' GROUP BY 1`,
      [transaction],
    );
    const times = unknown.length + ALL_TASKS.length;
    expect(told).toEqual([{ type: 'task.not-run', times, tasks: times }]);
    const [row] = await planner.database.query(
      `SELECT d.last_seq, d.state, d.started_at IS NOT NULL AS started, t.state AS transaction, t.ended_at IS NOT NULL AS ended,
         (SELECT count(*)::int FROM planner.control c WHERE c.transaction_id = t.id) AS controls
       FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id WHERE d.id = $1`,
      [deployment],
    );
    expect(row).toEqual({
      ...{ last_seq: events.length, state: 'cancelled', started: true },
      ...{ transaction: 'cancelled', ended: true, controls: 1 },
    });
  });
});
