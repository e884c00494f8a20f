import { randomUUID } from 'node:crypto';
import { TestPlanner } from '../testing/test-planner.testing';
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

  const wish = (verb: 'cancel' | 'drain' | 'pause') => ({ verb, tasks: null, limit: null, reason: 'enough' });
  const stateOf = async () =>
    (
      await planner.database.query('SELECT state, advance_due FROM planner.transaction WHERE id = $1', [transaction])
    )[0];
  const control = (verb: 'cancel' | 'drain' | 'pause', command = randomUUID()) =>
    controlTransaction(planner.database, transaction, command, wish(verb), 'ada');

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
