import { waitUntil } from '@muster/testkit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Database } from './database';
import { databaseFailure, isTransient } from './database-failure';
import { migrate, type MigrationClass } from './migrate';
import { withTransaction } from './with-transaction';

/** On a busy machine an embedded database takes its time to be made. */
const START_MS = 120_000;

/** What every database must do, whatever is below it. `start` gives an empty one. */
export function describeDatabaseContract(
  name: string,
  start: () => Promise<{ database: Database; stop(): Promise<void> }>,
): void {
  describe(`database on ${name}`, () => {
    let database: Database;
    let started: ReturnType<typeof start>;
    beforeAll(async () => {
      started = start();
      ({ database } = await started);
      await migrate(database, 'contract', [CreateThings1700000000001]);
    }, START_MS);
    beforeEach(() => database.pool.query('TRUNCATE contract.thing'));
    // Also when it came too late: what is left open would keep the tests from ever ending.
    afterAll(async () => (await started).stop(), START_MS);

    it('commits what a transaction did', async () => {
      const result = await withTransaction(database.pool, async (client) => {
        await client.query(`INSERT INTO contract.thing (name) VALUES ('kept')`);
        return 7;
      });
      expect(result).toBe(7);
      expect(await names(database)).toEqual(['kept']);
    });

    it('rolls back when the work fails, and the connection is good for the next', async () => {
      const work = withTransaction(database.pool, async (client) => {
        await client.query(`INSERT INTO contract.thing (name) VALUES ('gone')`);
        await client.query('SELECT nonsense');
      });
      await expect(work).rejects.toThrow('nonsense');
      const failed = withTransaction(database.pool, async (client) => {
        await client.query(`INSERT INTO contract.thing (name) VALUES ('gone too')`);
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await names(database)).toEqual([]);
    });

    it('rolls back what a client had begun when it dies, and lets the others go on', async () => {
      const client = await database.pool.connect();
      client.on('error', () => undefined);
      await client.query('BEGIN');
      await client.query(`INSERT INTO contract.thing (name) VALUES ('half')`);
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      client.release(true);
      await database.pool.query(`INSERT INTO contract.thing (name) VALUES ('whole')`);
      expect(await names(database)).toEqual(['whole']);
    });

    it('keeps many transactions at once apart, each whole or not at all', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          withTransaction(database.pool, async (client) => {
            await client.query('INSERT INTO contract.thing (name) VALUES ($1)', [`a${index}`]);
            if (index % 4 === 0) throw new Error('no');
            await client.query('INSERT INTO contract.thing (name) VALUES ($1)', [`b${index}`]);
          }),
        ),
      );
      const kept = outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
      expect(kept).toBe(30);
      const all = await names(database);
      expect(all).toHaveLength(60);
      for (const each of all.filter((text) => text.startsWith('a'))) expect(all).toContain(each.replace('a', 'b'));
    });

    it('never mixes the statements of connections, however large their parameters', async () => {
      const large = (index: number): string => 'x'.repeat(300_000 + index);
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          if (index % 2) {
            const { rows } = await database.pool.query('SELECT $1::int AS number, length($2::text) AS length', [
              index,
              large(index),
            ]);
            expect(rows).toEqual([{ number: index, length: 300_000 + index }]);
          } else {
            const { rows } = await database.pool.query('SELECT $1::text AS text', [`y${index}`]);
            expect(rows).toEqual([{ text: `y${index}` }]);
          }
        }),
      );
    });

    it('inserts many rows in one statement', async () => {
      const wanted = Array.from({ length: 500 }, (_, index) => `n${index}`);
      await database.pool.query(
        'INSERT INTO contract.thing (name, count, body) SELECT * FROM unnest($1::text[], $2::bigint[], $3::jsonb[])',
        [wanted, wanted.map((_, index) => index), wanted.map((each) => JSON.stringify({ each }))],
      );
      const { rows } = await database.pool.query(`SELECT body->>'each' AS each FROM contract.thing WHERE count = 499`);
      expect(rows).toEqual([{ each: 'n499' }]);
    });

    it('gives bigint as number, and refuses one that a number cannot hold', async () => {
      await database.pool.query(`INSERT INTO contract.thing (name, count) VALUES ('big', 9007199254740991)`);
      expect((await database.pool.query('SELECT count FROM contract.thing')).rows).toEqual([
        { count: 9_007_199_254_740_991 },
      ]);
      expect((await database.pool.query('SELECT count(*) FROM contract.thing')).rows).toEqual([{ count: 1 }]);
      await expect(database.pool.query('SELECT 9007199254740993::bigint')).rejects.toThrow('fits a number');
      expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    it('keeps jsonb, bytes and times as they were', async () => {
      const body = { list: [1, 'two', null, { three: true }], text: 'ä\u0001"\\' };
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const at = new Date('2026-02-03T04:05:06.789Z');
      await database.pool.query(`INSERT INTO contract.thing (name, body, bytes, at) VALUES ('x', $1, $2, $3)`, [
        body,
        bytes,
        at,
      ]);
      const { rows } = await database.pool.query('SELECT body, bytes, at FROM contract.thing');
      expect(rows).toEqual([{ body, bytes, at }]);
    });

    it('tells a conflict and a lost connection from a wrong statement', async () => {
      const wrong = await database.pool.query('SELECT nonsense').catch((error: unknown) => error);
      expect(databaseFailure(wrong)).toBe('statement');
      const twice = `INSERT INTO contract.thing (name) VALUES ('same')`;
      await database.pool.query(twice);
      expect(isTransient(await database.pool.query(twice).catch((error: unknown) => error))).toBe(false);
      const client = await database.pool.connect();
      client.on('error', () => undefined);
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      const lost = await waitUntil('the connection is lost', () =>
        client.query('SELECT 1').then(
          () => null,
          (error: unknown) => error,
        ),
      );
      expect(databaseFailure(lost)).toBe('connection');
      client.release(true);
    });

    it('runs each migration once, in order, however many ask for it at once, and none of them if one fails', async () => {
      const all: MigrationClass[] = [CreateLog1700000000001, FillLog1700000000002];
      const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(database, 'crowd', all)));
      expect(ran.flat().sort()).toEqual(['CreateLog1700000000001', 'FillLog1700000000002']);
      expect((await database.pool.query('SELECT line FROM crowd.log')).rows).toEqual([{ line: 'filled' }]);
      await expect(migrate(database, 'crowd', [...all, FillMore1700000000003, Broken1700000000004])).rejects.toThrow(
        'nonsense',
      );
      expect((await database.pool.query('SELECT line FROM crowd.log')).rows).toEqual([{ line: 'filled' }]);
      expect(await migrate(database, 'crowd', [...all, FillMore1700000000003])).toEqual(['FillMore1700000000003']);
    });

    it('keeps the migrations of services apart', async () => {
      await migrate(database, 'one', [CreateThings1700000000001]);
      expect(await migrate(database, 'one', [CreateThings1700000000001])).toEqual([]);
      expect(await migrate(database, 'other', [CreateThings1700000000001])).toEqual(['CreateThings1700000000001']);
    });
  });
}

async function names(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>('SELECT name FROM contract.thing ORDER BY name');
  return rows.map((row) => row.name);
}

const schemaOf = (runner: QueryRunner): string => (runner.connection.options as { schema?: string }).schema ?? '';

class CreateThings1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE ${schemaOf(runner)}.thing (name text PRIMARY KEY, count bigint, body jsonb, bytes bytea, at timestamptz)`,
    );
  }
  async down(): Promise<void> {}
}

class CreateLog1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE crowd.log (line text)');
  }
  async down(): Promise<void> {}
}

class FillLog1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO crowd.log VALUES ('filled')`);
  }
  async down(): Promise<void> {}
}

class FillMore1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO crowd.log VALUES ('more')`);
  }
  async down(): Promise<void> {}
}

class Broken1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('SELECT nonsense');
  }
  async down(): Promise<void> {}
}
