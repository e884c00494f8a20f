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

  it('is reached from that before each migration, with what is in it', async () => {
    const place = await createTestDatabase();
    const opened = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'schema' });
    try {
      // Rows of each version go through every later migration, and each migration runs once.
      for (let from = 1; from < migrations.length; from++) {
        await migrate(opened, SCHEMA, migrations.slice(0, from));
        for (const statement of oldRows(from)) await opened.pool.query(statement);
      }
      await migrate(opened, SCHEMA, migrations);
      const database = await connectDatabase(opened);
      const drift = await database.driver.createSchemaBuilder().log();
      const tasks = await database.query<object[]>(
        `SELECT d.id, d.release, t.state, p.digest, c.name FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id
           JOIN planner.transaction x ON x.id = d.transaction_id JOIN planner.cluster c ON c.id = x.cluster_id
           LEFT JOIN planner.plan p ON p.cluster_id = c.id JOIN planner.node n ON n.cluster_id = c.id ORDER BY d.id`,
      );
      await database.destroy();
      expect(drift.upQueries.map((each) => each.query)).toEqual([]);
      const all = Array.from({ length: migrations.length - 1 }, (_, index) => index + 1);
      expect(tasks).toEqual(
        all.map((from) => ({
          id: idOf(from),
          release: '',
          state: 'running',
          digest: from < PLANS_WITH_JSON ? null : 'sha256:x',
          name: `c${from}`,
        })),
      );
    } finally {
      await opened.close();
      await place.drop();
    }
  });
});

function idOf(from: number): string {
  return `00000000-0000-4000-8000-${String(from).padStart(12, '0')}`;
}

/** From this many migrations on plans are kept as they were shown; older ones were dropped, since nobody could show them. */
const PLANS_WITH_JSON = 4;

/** A deployment that runs while the version after the first `from` migrations is replaced. */
function oldRows(from: number): string[] {
  const id = idOf(from);
  const plan =
    from < PLANS_WITH_JSON
      ? `INSERT INTO planner.plan (cluster_id, digest, revision, options, outline, graph)
         VALUES ('${id}', 'sha256:x', 1, '{"nodes": null, "tasks": null, "force": false}', 'x', 'x')`
      : `INSERT INTO planner.plan (cluster_id, digest, revision, options, graph_type, json, graph)
         VALUES ('${id}', 'sha256:x', 1, '{"nodes": null, "tasks": null, "force": false}', 'default', 'x', 'x')`;
  return [
    `INSERT INTO planner.cluster (id, project, name, head_revision) VALUES ('${id}', 'default', 'c${from}', 1)`,
    `INSERT INTO planner.node (id, project, name, cluster_id) VALUES ('${id}', 'default', 'n${from}', '${id}')`,
    `INSERT INTO planner.transaction (id, project, cluster_id, cluster, revision, state, graphs, options, runs, who)
     VALUES ('${id}', 'default', '${id}', 'c${from}', 1, 'running', '{default}', '{"nodes": null, "tasks": null, "force": false, "noop": false}', 1, 'admin')`,
    `INSERT INTO planner.deployment (id, transaction_id, run, graph_type, digest, expected_ms, state, artifact_token_hash, artifacts)
     VALUES ('${id}', '${id}', 1, 'default', 'sha256:x', 1, 'running', 'x', '{}')`,
    `INSERT INTO planner.task (deployment_id, task, state) VALUES ('${id}', 'a@n', 'running')`,
    plan,
  ];
}
