import { waitUntil } from '@muster/testkit';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { startCommandOf } from './insert-deployment';

describe('force-close', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterEach(() => (planner.executor.answers = true));
  afterAll(() => planner.close());

  const statusOf = async (transaction: string) => (await planner.get(`/api/v1/transactions/${transaction}`)).body;
  const close = (transaction: string, reason = 'the executor is gone') =>
    planner.post(`/api/v1/transactions/${transaction}/force-close`, { reason });
  const closes = () => planner.executor.commands.filter(({ schema }) => schema === 'executor.transaction.close');

  it('ends a transaction whose executors do not answer, and says where something may still run', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: ['a@n2'], state: 'succeeded' },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
    ]);
    await waitUntil('it runs', async () => (await statusOf(transaction)).progress.running.length === 1);
    planner.executor.answers = false;
    const cancelled = await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'cancel' });
    expectStatus(cancelled, 202);
    expect(cancelled.body.effect).toBe('pending');
    const answer = await close(transaction);
    expectStatus(answer, 202);
    // Nobody has read it: the nodes are claimed still.
    expect(answer.body.effect).toBe('pending');
    const status = await statusOf(transaction);
    expect(status).toMatchObject({
      state: 'cancelled',
      problems: [{ code: 'DEPLOY_FORCE_CLOSED', severity: 'warning' }],
      runs: [{ run: 1, state: 'cancelled' }],
    });
    expect(status.problems[0].summary).toContain('These may still run: a@n1.');
    expect(status.graphs[0].tasks).toMatchObject({
      'a@n1': { state: 'cancelled', reason: expect.stringContaining('may still run on its node') as string },
      'a@n2': { state: 'succeeded' },
      'b@n1': { state: 'not-run' },
    });
    expect(status.controls.at(-1)).toMatchObject({ verb: 'force-close', who: 'admin', why: 'the executor is gone' });
    expect((await planner.feedOf(transaction)).at(-1)).toMatchObject({
      type: 'transaction.ended',
      data: { state: 'cancelled' },
    });
    // An executor that is there again is told, before anything else of the transaction.
    planner.executor.answers = true;
    await waitUntil(
      'it is told',
      async () => {
        const open = 'SELECT 1 FROM planner.outgoing WHERE deployment_id = $1 AND answered_at IS NULL';
        return (await planner.database.query(open, [deployment])).length === 0;
      },
      { timeoutMs: 30_000 },
    );
    expect(closes().at(-1)?.body).toEqual({
      transaction,
      starts: [startCommandOf(deployment)],
      deployments: [deployment],
      who: 'admin',
      why: 'the executor is gone',
    });
    // What a late owner tells is not taken.
    await planner.executor.tell(deployment, [{ type: 'tasks-ended', tasks: ['b@n2'], state: 'succeeded' }]);
    await planner.executor.tell(deployment, [{ type: 'state-changed', state: 'succeeded', text: null }]);
    const other = await planner.deploy();
    await planner.executor.tell(other.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'cancelled', text: null },
    ]);
    await planner.untilState(other.transaction, 'cancelled');
    expect((await statusOf(transaction)).graphs[0].tasks['b@n2'].state).toBe('not-run');
    expect((await statusOf(transaction)).state).toBe('cancelled');
  });

  it('of one that has ended only frees what is claimed, and keeps how it ended', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'failed', text: 'stopped by a bug' },
    ]);
    await planner.untilState(transaction, 'failed');
    const sent = closes().length;
    expectStatus(await close(transaction), 202);
    expect(closes()).toHaveLength(sent + 1);
    expect(await statusOf(transaction)).toMatchObject({ state: 'failed', problems: [{ code: 'DEPLOY_UNREADABLE' }] });
  });

  it('is read before a further run that was asked for meanwhile is begun', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    planner.executor.answers = false;
    expectStatus(await close(transaction), 202);
    expectStatus(await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'retry' }), 202);
    const open = async (): Promise<{ kind: string; tries: number }[]> =>
      planner.database.query(
        `SELECT o.kind, o.tries FROM planner.outgoing o JOIN planner.deployment d ON d.id = o.deployment_id
         WHERE d.transaction_id = $1 AND o.answered_at IS NULL ORDER BY d.run`,
        [transaction],
      );
    // What is asked for later and of another transaction is sent, so that this could have been.
    await planner.deploy();
    expect(await open()).toEqual([
      { kind: 'close', tries: expect.any(Number) as number },
      { kind: 'start', tries: 0 },
    ]);
  }, 60_000);

  it('does not know another transaction', async () => {
    expect((await close('00000000-0000-4000-8000-00000000dead')).status).toBe(404);
  });
});
