import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { obtainPostgres } from './postgres';
import { SharedService } from './shared-service';

/** An empty database of one suite. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

const postgres = new SharedService(() => obtainPostgres());

/** Makes an empty database on real PostgreSQL: the test run's, else one started for this process. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { service, release } = await postgres.use();
  const name = `muster_test_${randomBytes(6).toString('hex')}`;
  const administer = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: service.url });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  try {
    await administer(`CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (error) {
    await release();
    throw error;
  }
  const url = new URL(service.url);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: async () => {
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await release();
    },
  };
}
