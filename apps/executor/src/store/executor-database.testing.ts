import { type Database, migrate, openDatabase } from '@muster/storage';
import { createTestDatabase } from '@muster/testkit';
import { EXECUTOR_MIGRATIONS } from './executor-migrations';
import { PgDeploymentStore } from './pg-deployment-store';

/** A database of the test's own with the executor's tables. */
export interface ExecutorDatabase {
  readonly url: string;
  readonly database: Database;
  readonly store: PgDeploymentStore;
  /** Closes and drops it. */
  drop(): Promise<void>;
}

export async function executorDatabase(): Promise<ExecutorDatabase> {
  const place = await createTestDatabase({ name: 'executor', prepare });
  const database = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'executor' });
  return {
    url: place.url,
    database,
    store: new PgDeploymentStore(database.pool),
    drop: async () => {
      await database.close();
      await place.drop();
    },
  };
}

async function prepare(url: string): Promise<void> {
  const database = await openDatabase({ config: { kind: 'postgres', url }, name: 'executor' });
  await migrate(database, 'executor', EXECUTOR_MIGRATIONS);
  await database.close();
}
