import { createTestDatabase, startPostgres, waitUntil } from '@muster/testkit';
import { openDatabase } from './database';
import { describeDatabaseContract } from './database-contract.testing';
import { databaseFailure } from './database-failure';

describeDatabaseContract('PostgreSQL', async () => {
  const place = await createTestDatabase();
  const database = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'contract' });
  return {
    database,
    stop: async () => {
      await database.close();
      await place.drop();
    },
  };
});

describe('PostgreSQL that goes away', () => {
  it('fails the questions of that moment, is found again, and does not end the process', async () => {
    const server = await startPostgres();
    try {
      const lost: Error[] = [];
      const config = { kind: 'postgres', url: server.url } as const;
      const database = await openDatabase({ config, name: 'test', onConnectionLost: (error) => lost.push(error) });
      await server.kill();
      const failure = await database.pool.query('SELECT 1').catch((error: unknown) => error);
      expect(databaseFailure(failure)).toBe('connection');
      await waitUntil('the idle connection was noticed', () => lost.length > 0);
      await server.start();
      await waitUntil('it answers again', async () => (await database.pool.query('SELECT 1')).rowCount === 1);
      await database.close();
    } finally {
      await server.stop();
    }
  });

  it('is a problem at the start', async () => {
    const config = { kind: 'postgres', url: 'postgresql://nobody:hush@127.0.0.1:1/none' } as const;
    const error = await openDatabase({ config, name: 'test' }).catch((each: unknown) => each);
    expect(error).toMatchObject({ problems: [{ code: 'STORAGE_UNREACHABLE' }] });
    expect(String(error)).not.toContain('hush');
  });
});
