import { createTestDatabase, openDatabaseWay, startPostgres, waitUntil } from '@muster/testkit';
import { createArtifactTables } from './artifacts/create-artifact-tables';
import { PostgresArtifactStore } from './artifacts/postgres-artifact-store';
import { openDatabase } from './database';
import { describeDatabaseContract } from './database-contract.testing';
import { databaseFailure } from './database-failure';
import { migrate } from './migrate';
import { withTransaction } from './with-transaction';

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

describe('PostgreSQL whose connections were cut without a word', () => {
  it('keeps nobody waiting who reads an artifact, and is found again', async () => {
    const place = await createTestDatabase();
    const way = await openDatabaseWay(place.url);
    const config = { kind: 'postgres', url: way.url } as const;
    const database = await openDatabase({ config, name: 'test', statementMs: 1000 });
    try {
      await migrate(database, 'kept', [createArtifactTables('kept')]);
      const store = new PostgresArtifactStore(database.pool, 'kept');
      const { digest } = await store.put(Buffer.from('content'));
      way.cut();
      await expect(store.open(digest)).rejects.toThrow('timeout');
      await waitUntil('it is read', async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of await store.open(digest)) pieces.push(piece);
        return Buffer.concat(pieces).toString() === 'content';
      });
    } finally {
      await way.close();
      await database.close();
      await place.drop();
    }
  });
});

describe('a transaction of which nothing more is heard', () => {
  it('lets go of what it has locked, fails as a lost connection, and what it did is undone', async () => {
    const place = await createTestDatabase();
    const database = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'test' });
    try {
      const { pool } = database;
      await pool.query(`CREATE TABLE held AS SELECT 'before' AS by`);
      const silent = withTransaction(pool, async (client) => {
        await client.query(`UPDATE held SET by = 'silent'`);
        // As a process does that was stopped here: the other one waits until the row is free.
        const free = `SELECT FROM held WHERE by = 'before' FOR UPDATE SKIP LOCKED`;
        await waitUntil('the row is free', async () => (await pool.query(free)).rowCount === 1);
        await pool.query(`UPDATE held SET by = 'other'`);
        await client.query('SELECT 1');
      });
      expect(databaseFailure(await silent.catch((error: unknown) => error))).toBe('connection');
      expect((await pool.query('SELECT by FROM held')).rows).toEqual([{ by: 'other' }]);
    } finally {
      await database.close();
      await place.drop();
    }
  }, 30_000);
});
