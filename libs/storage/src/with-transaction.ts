import type { Pool, PoolClient } from 'pg';
import { databaseFailure } from './database-failure';

/**
 * Runs `work` in a database transaction: commits what it did if it settles, rolls back if it fails, and fails with the
 * same error. After a `connection` failure the commit may or may not have happened.
 * On the embedded database `work` must not wait for anything done on another connection.
 */
export async function withTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that breaks while `work` is elsewhere tells it here; the next query fails by itself.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if (databaseFailure(error) === 'connection') broken ??= error as Error;
    // If even this fails the connection is of no use to anybody.
    else await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}
