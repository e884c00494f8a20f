import { DataSource, type Logger, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { invariant } from '@muster/problems';
import type { Database } from './database';

/** A migration class; its name ends with the 13 digits of a timestamp, which order them. */
export type MigrationClass = new () => MigrationInterface;

const LOCK_TABLE = 'migration_lock';

/** TypeORM's own writes to stdout, which is for data; what fails here is thrown anyway. */
const silentLogger: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * Brings one service's schema up to date: makes it if need be and runs the migrations that it has not seen, all of them
 * or none. Any number of processes may do so at once; one works, the others wait and then find nothing to do.
 * Gives the names of the migrations that this call ran, in order.
 */
export async function migrate(
  database: Database,
  schema: string,
  migrations: readonly MigrationClass[],
): Promise<string[]> {
  invariant(/^[a-z][a-z0-9_]*$/.test(schema), `${schema} can be a schema's name`);
  const source = new DataSource({
    ...database.connectionOptions,
    schema,
    entities: [],
    migrations: [...migrations],
    migrationsTableName: 'migration',
    installExtensions: false,
    logger: silentLogger,
    poolSize: 2,
  });
  await source.initialize();
  try {
    const runner = source.createQueryRunner();
    try {
      await makeSchema(runner, schema);
      await runner.startTransaction();
      // A table and not an advisory lock: the embedded database grants those to everybody.
      await runner.query(`LOCK TABLE ${schema}.${LOCK_TABLE} IN ACCESS EXCLUSIVE MODE`);
      const executor = new MigrationExecutor(source, runner);
      executor.transaction = 'all';
      const executed = await executor.executePendingMigrations();
      await runner.commitTransaction();
      return executed.map((migration) => migration.name);
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  } finally {
    await source.destroy();
  }
}

/** `IF NOT EXISTS` looks before it leaps: of two at once, one fails on the catalogue's unique index and only has to look again. */
async function makeSchema(runner: QueryRunner, schema: string): Promise<void> {
  const statements = [`CREATE SCHEMA IF NOT EXISTS ${schema}`, `CREATE TABLE IF NOT EXISTS ${schema}.${LOCK_TABLE} ()`];
  for (const statement of statements) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await runner.query(statement);
        break;
      } catch (error) {
        if (attempt === 20 || !isRace(error)) throw error;
      }
    }
  }
}

// unique_violation, duplicate_schema, duplicate_table, duplicate_object, and "tuple concurrently updated".
const raceCodes = new Set(['23505', '42P06', '42P07', '42710', 'XX000']);

function isRace(error: unknown): boolean {
  return raceCodes.has(String((error as { code?: unknown }).code));
}
