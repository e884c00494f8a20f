import { randomUUID } from 'node:crypto';
import type { Problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { controlTransaction } from './control-transaction';

describe('a transaction between two graphs', () => {
  let planner: TestPlanner;
  let transaction: string;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  beforeEach(async () => {
    const running = planner.planners.length > 0 ? planner.planners[0] : await planner.add();
    const deployed = await planner.deploy({ graphs: ['default', 'verify'] });
    transaction = deployed.transaction;
    // Nobody is there who would go on with it at once.
    await running?.close();
    planner.planners.pop();
    await planner.database.query("UPDATE planner.deployment SET state = 'succeeded', ended_at = now() WHERE id = $1", [
      deployed.deployment,
    ]);
    await planner.database.query("UPDATE planner.transaction SET state = 'running', advance_due = true WHERE id = $1", [
      transaction,
    ]);
  });
  afterAll(() => planner.close());

  const wish = (verb: 'cancel' | 'drain' | 'pause') => ({
    verb,
    tasks: null,
    limit: null,
    event: null,
    reason: 'enough',
  });
  const stateOf = async () =>
    (
      await planner.database.query('SELECT state, advance_due FROM planner.transaction WHERE id = $1', [transaction])
    )[0];
  const control = (verb: 'cancel' | 'drain' | 'pause', command = randomUUID()) =>
    controlTransaction(
      { database: planner.database, secretBox: planner.secretBox, installation: 'test' },
      transaction,
      command,
      wish(verb),
      'ada',
    );

  it.each([
    ['cancel', 'cancelled'],
    ['drain', 'stopped'],
  ] as const)('ends at once by %s, and gives its nodes back', async (verb, state) => {
    await control(verb);
    expect(await stateOf()).toEqual({ state, advance_due: false });
    const sent = await planner.database.query(
      "SELECT body FROM planner.outgoing WHERE kind = 'release' AND body->>'transaction' = $1",
      [transaction],
    );
    expect(sent).toEqual([{ body: { transaction } }]);
    await expect(control(verb)).rejects.toThrow('CONTROL_NOT_POSSIBLE');
  });

  it('cannot be paused, since nothing runs', async () => {
    await expect(control('pause')).rejects.toThrow('only cancel and drain work');
    expect(await stateOf()).toEqual({ state: 'running', advance_due: true });
  });

  it('is gone on with by a planner that comes later', async () => {
    await planner.add();
    await planner.untilStarted(transaction, 2);
  });
});

describe('a control verb', () => {
  let planner: TestPlanner;
  let path: string;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const { transaction, deployment } = await planner.deploy();
    path = `/api/v1/transactions/${transaction}/controls`;
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: ['a@n1'], state: 'succeeded' },
      { type: 'attempt-started', task: 'a@n2', attempt: 1 },
      { type: 'attempt-started', task: 'b@n1', attempt: 1 },
      { type: 'retry-set', task: 'b@n1', notBefore: 1 },
    ]);
    const states = async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.graphs[0].tasks;
    await waitUntil('all is applied', async () => (await states())['b@n1'].state === 'ready');
  });
  afterAll(() => planner.close());

  it.each<[object, number, string[]]>([
    [{ verb: 'skip' }, 400, ['API_INVALID field tasks']],
    [{ verb: 'skip', tasks: [] }, 400, ['API_INVALID field tasks']],
    [{ verb: 'set-limit' }, 400, ['API_INVALID field limit']],
    [{ verb: 'signal' }, 400, ['API_INVALID field event']],
    [{ verb: 'signal', event: '' }, 400, ['API_INVALID field event']],
    [{ verb: 'skip', tasks: ['a@n2'] }, 409, ['CONTROL_NOT_POSSIBLE task a@n2']],
    [
      { verb: 'retry', tasks: ['a@n2', 'b@n2'] },
      409,
      ['CONTROL_NOT_POSSIBLE task a@n2', 'CONTROL_NOT_POSSIBLE task b@n2'],
    ],
    [{ verb: 'skip', tasks: ['zz@n1', 'b@n1'] }, 404, ['API_NOT_FOUND task zz@n1']],
    [{ verb: 'retry', tasks: ['a@n1'] }, 409, ['CONTROL_NOT_POSSIBLE task a@n1']],
    [
      { verb: 'skip', tasks: ['a@n1', 'b@n1', 'b@n9'] },
      409,
      ['CONTROL_NOT_POSSIBLE task a@n1', 'API_NOT_FOUND task b@n9'],
    ],
  ])('that would do nothing is refused: %j', async (body, status, problems) => {
    const sent = planner.executor.controls.length;
    const response = await planner.post(path, body);
    expect(response.status).toBe(status);
    expect(response.body.problems.map((each: Problem) => `${each.code} ${each.subject}`)).toEqual(problems);
    expect(planner.executor.controls).toHaveLength(sent);
  });

  it.each([
    { verb: 'retry' },
    { verb: 'retry', tasks: ['b@n1'] },
    { verb: 'skip', tasks: ['b@n1', 'b@n2'] },
    { verb: 'signal', event: 'approved' },
  ])('that does something is sent: %j', async (body) => {
    expectStatus(await planner.post(path, body), 202);
    expect(planner.executor.controls.at(-1)).toMatchObject(body);
  });
});
