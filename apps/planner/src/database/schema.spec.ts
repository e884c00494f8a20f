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
});
