import { waitUntil } from '@muster/testkit';
import { TestPlanner } from '../testing/test-planner.testing';

describe('a cancel that nodes do not confirm', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  const statusOf = async (transaction: string) => (await planner.get(`/api/v1/transactions/${transaction}`)).body;
  const begin = [
    { type: 'accepted' },
    { type: 'state-changed', state: 'running', text: null },
    { type: 'attempt-started', task: 'a@n1', attempt: 1 },
    { type: 'attempt-started', task: 'a@n2', attempt: 1 },
  ] as const;

  it('is told per node until a later command has ended there', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      ...begin,
      { type: 'attempt-cancelling', task: 'a@n1', attempt: 1, cause: 'cancel' },
      { type: 'attempt-cancelling', task: 'a@n2', attempt: 1, cause: 'cancel' },
    ]);
    const reason = async () => (await statusOf(transaction)).graphs[0].tasks['a@n1'].reason as string | null;
    await waitUntil('it is being cancelled', async () => (await reason())?.includes('has not confirmed') ?? false);
    await planner.executor.tell(deployment, [
      { type: 'attempt-ended', task: 'a@n1', attempt: 1, result: { kind: 'cancelled', confirmed: true } },
      { type: 'attempt-ended', task: 'a@n2', attempt: 1, result: { kind: 'cancelled', confirmed: false } },
      { type: 'tasks-ended', tasks: ['a@n1', 'a@n2'], state: 'cancelled', cause: { code: 'cancelled' } },
      { type: 'state-changed', state: 'cancelled', text: 'cancelled by admin' },
    ]);
    await planner.untilState(transaction, 'cancelled');
    expect((await statusOf(transaction)).unconfirmed).toMatchObject([
      { task: 'a@n2', node: 'n2', attempt: 1, text: 'could not reach node n2 to confirm that it has ended' },
    ]);

    const later = await planner.deploy();
    const ended = (task: string) =>
      ({
        type: 'attempt-ended',
        task,
        attempt: 1,
        result: { kind: 'exited', code: 1, sizes: { stdout: 0, stderr: 0 } },
      }) as const;
    await planner.executor.tell(later.deployment, [...begin, ended('a@n1')]);
    const ends = 'SELECT 1 FROM planner.attempt WHERE deployment_id = $1 AND ended_at IS NOT NULL';
    const count = async () => (await planner.database.query(ends, [later.deployment])).length;
    await waitUntil('the other node has answered', async () => (await count()) === 1);
    expect((await statusOf(transaction)).unconfirmed).toHaveLength(1);
    await planner.executor.tell(later.deployment, [ended('a@n2')]);
    await waitUntil('its own has', async () => (await count()) === 2);
    expect((await statusOf(transaction)).unconfirmed).toEqual([]);
  });
});
