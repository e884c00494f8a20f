import { ALL_TASKS } from '../testing/bundle-archive.testing';
import { TestPlanner } from '../testing/test-planner.testing';
import { usedArtifacts } from './used-artifacts';

describe('artifacts that are used', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it('are the files of bundles, and what a transaction needs until long after its end', async () => {
    const used = () => usedArtifacts(planner.database.manager);
    const ofBundles = await used();
    expect(ofBundles.size).toBeGreaterThan(0);
    const { transaction, deployment } = await planner.deploy();
    const own = `sha256:${'e'.repeat(64)}`;
    await planner.database.query('UPDATE planner.deployment SET artifacts = artifacts || $2 WHERE id = $1', [
      deployment,
      [own],
    ]);
    expect(await used()).toEqual(new Set([...ofBundles, own]));
    await planner.executor.succeed(deployment, ALL_TASKS);
    await planner.untilState(transaction, 'succeeded');
    expect(await used()).toEqual(new Set([...ofBundles, own]));
    await planner.database.query("UPDATE planner.transaction SET ended_at = now() - interval '31 days' WHERE id = $1", [
      transaction,
    ]);
    expect(await used()).toEqual(ofBundles);
  });

  it('are fetched with a token that the API describes as it is', async () => {
    const { body } = await planner.get('/api/openapi.json');
    expect(body.components.securitySchemes.bearer).not.toHaveProperty('bearerFormat');
  });
});
