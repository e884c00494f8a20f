import { migrate, openDatabase } from '@muster/storage';
import { createTestDatabase } from '@muster/testkit';
import { migrations } from './migrations';
import { connectDatabase, installationOf } from './open-database';
import { SCHEMA } from './schema';

describe('the planner schema', () => {
  it('is what the entities say, and made once by many that start at once', async () => {
    const place = await createTestDatabase();
    const opened = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'schema' });
    const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(opened, SCHEMA, migrations)));
    expect(ran.flat()).toHaveLength(migrations.length);
    const database = await connectDatabase(opened);
    try {
      const drift = await database.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map((each) => each.query)).toEqual([]);
      expect(await installationOf(database)).toMatch(/^[0-9a-f-]{36}$/);
      // A column that is missing would be noticed.
      await database.query('ALTER TABLE planner.task DROP COLUMN reason');
      expect((await database.driver.createSchemaBuilder().log()).upQueries).toHaveLength(1);
    } finally {
      await database.destroy();
      await opened.close();
      await place.drop();
    }
  });

  // Each with its own time: there are as many as migrations.
  it.each(migrations.slice(1).map((migration, index) => [migration.name, index + 1] as const))(
    'is reached from that before %s, with what is in it',
    async (_, from) => {
      const place = await createTestDatabase();
      const opened = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'schema' });
      try {
        await migrate(opened, SCHEMA, migrations.slice(0, from));
        for (const statement of [...OLD_ROWS, from < PLANS_WITH_JSON ? OLD_PLAN : PLAN])
          await opened.pool.query(statement);
        await migrate(opened, SCHEMA, migrations);
        const database = await connectDatabase(opened);
        const drift = await database.driver.createSchemaBuilder().log();
        const [task] = await database.query(
          'SELECT d.release, t.state FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id',
        );
        await database.destroy();
        expect(drift.upQueries.map((each) => each.query)).toEqual([]);
        expect(task).toEqual({ release: '', state: 'running' });
      } finally {
        await opened.close();
        await place.drop();
      }
    },
  );
});

const ID = '00000000-0000-4000-8000-000000000001';
/** A deployment that runs while the new version is installed. */
const OLD_ROWS = [
  `INSERT INTO planner.cluster (id, project, name, head_revision) VALUES ('${ID}', 'default', 'c', 1)`,
  `INSERT INTO planner.node (id, project, name, cluster_id) VALUES ('${ID}', 'default', 'n', '${ID}')`,
  `INSERT INTO planner.transaction (id, project, cluster_id, cluster, revision, state, graphs, options, runs, who)
   VALUES ('${ID}', 'default', '${ID}', 'c', 1, 'running', '{default}', '{"nodes": null, "tasks": null, "force": false, "noop": false}', 1, 'admin')`,
  `INSERT INTO planner.deployment (id, transaction_id, run, graph_type, digest, expected_ms, state, artifact_token_hash, artifacts)
   VALUES ('${ID}', '${ID}', 1, 'default', 'sha256:x', 1, 'running', 'x', '{}')`,
  `INSERT INTO planner.task (deployment_id, task, state) VALUES ('${ID}', 'a@n', 'running')`,
];

/** From this many migrations on plans are kept as they were shown. */
const PLANS_WITH_JSON = 4;
const OLD_PLAN = `INSERT INTO planner.plan (cluster_id, digest, revision, options, outline, graph)
   VALUES ('${ID}', 'sha256:x', 1, '{"nodes": null, "tasks": null, "force": false}', 'x', 'x')`;
const PLAN = `INSERT INTO planner.plan (cluster_id, digest, revision, options, graph_type, json, graph)
   VALUES ('${ID}', 'sha256:x', 1, '{"nodes": null, "tasks": null, "force": false}', 'default', 'x', 'x')`;
