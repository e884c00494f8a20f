import { randomUUID } from 'node:crypto';
import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';
import { ALL_TASKS, VERIFY_TASKS } from '../testing/bundle-archive.testing';
import { TestPlanner } from '../testing/test-planner.testing';
import { EventIntake } from './event-intake';
import type { EventParts, Taken } from './take-events';

const sizes = { stdout: 0, stderr: 0 };
const done = (task: string): DeploymentEventBody[] => [
  { type: 'attempt-started', task, attempt: 1 },
  { type: 'attempt-ended', task, attempt: 1, result: { kind: 'exited', code: 0, sizes } },
  { type: 'tasks-ended', tasks: [task], state: 'succeeded' },
];
const whole = (tasks: readonly string[]): DeploymentEventBody[] => [
  { type: 'accepted' },
  { type: 'owner-changed', executor: 'e1', epoch: 1 },
  { type: 'state-changed', state: 'running', text: null },
  ...tasks.flatMap(done),
  { type: 'state-changed', state: 'succeeded', text: null },
];

describe('messages of many deployments at once', () => {
  let planner: TestPlanner;
  let transactions = 0;
  let intake: EventIntake;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    // As the planner's own, but that what it begins with the database is counted.
    const database = {
      manager: planner.database.manager,
      transaction: (work: never) => {
        transactions += 1;
        return planner.database.transaction(work);
      },
    } as unknown as EventParts['database'];
    intake = new EventIntake({ database, bus: planner.executor.bus, nudges: { nudge: () => undefined } as never });
  });
  afterAll(() => planner.close());

  const take = (deployment: string, events: readonly DeploymentEvent[]): Promise<Taken> =>
    intake.take({ deployment, executor: 'e1', events: [...events] });
  const statesOf = async (deployment: string) => {
    const rows = await planner.database.query<{ state: string }[]>(
      'SELECT state FROM planner.task WHERE deployment_id = $1',
      [deployment],
    );
    return [...new Set(rows.map(({ state }) => state))];
  };
  const start = async (graph: string, tasks: readonly string[]) => {
    const { deployment } = await planner.deploy({ graphs: [graph] });
    const events = await planner.executor.tell(deployment, whole(tasks), true);
    return { deployment, events };
  };

  it('are written in few transactions, each in its order, and one that cannot be holds up none', async () => {
    const some = [await start('default', ALL_TASKS), await start('verify', VERIFY_TASKS)];
    for (const { deployment, events } of some)
      expect(await take(deployment, events.slice(0, 3))).toEqual({ kind: 'done' });
    transactions = 0;
    const middle = some.flatMap(({ deployment, events }, index) =>
      events
        .slice(3, -1)
        // Of one the first are missing: they are asked for.
        .slice(index === 1 ? 2 : 0)
        .map((event) => take(deployment, [event])),
    );
    const unknown = take(randomUUID(), [{ type: 'retry-due', task: 'a@n1', seq: 1, at: 0 }]);
    const twice = take(some[0]?.deployment ?? '', some[0]?.events.slice(3, 6) ?? []);
    expect(new Set((await Promise.all([...middle, twice])).map(({ kind }) => kind))).toEqual(new Set(['done']));
    expect(await unknown).toEqual({ kind: 'unknown' });
    expect(middle).toHaveLength(16);
    // All together; then what is unknown alone, and what has a gap: alone, with what was asked for, and again.
    expect(transactions).toBe(5);
    for (const { deployment } of some) expect(await statesOf(deployment)).toEqual(['succeeded']);
    for (const { deployment, events } of some)
      expect(await take(deployment, events.slice(-1))).toEqual({ kind: 'done' });
    const ended = await planner.database.query('SELECT DISTINCT state FROM planner.transaction');
    expect(ended).toEqual([{ state: 'succeeded' }]);
    await planner.checkFeed();
  });

  it('are refused for themselves where the database fails at one', async () => {
    const [good, bad] = [await start('verify', VERIFY_TASKS), await start('verify', VERIFY_TASKS)];
    for (const { deployment, events } of [good, bad]) await take(deployment, events.slice(0, 3));
    // No such time, whatever the protocol lets pass.
    const broken = { type: 'attempt-started', task: 'check@n1', attempt: 1, seq: 4, at: 1e300 } as const;
    const taken = await Promise.allSettled([
      take(bad.deployment, [broken]),
      take(good.deployment, good.events.slice(3, -1)),
    ]);
    expect(taken.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect([await statesOf(bad.deployment), await statesOf(good.deployment)]).toEqual([['waiting'], ['succeeded']]);
  });
});
