import { PlannerNudges } from '../running/planner-nudges';
import { TestPlanner } from '../testing/test-planner.testing';
import { followSilentDeployments } from './silent-deployments';

describe('a deployment that has fallen silent', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it('is asked about, so that a lost last event does not leave it running for ever', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    await planner.executor.tell(deployment, [{ type: 'state-changed', state: 'succeeded', text: null }], true);
    await planner.database.query("UPDATE planner.deployment SET heard_at = now() - interval '1 minute' WHERE id = $1", [
      deployment,
    ]);
    const parts = { database: planner.database, bus: planner.executor.bus, nudges: new PlannerNudges() };
    const failures: unknown[] = [];
    const loop = followSilentDeployments(parts, planner.logger, (error) => failures.push(error));
    await planner.untilState(transaction, 'succeeded');
    await loop.close();
    expect(failures).toEqual([]);
  });
});
