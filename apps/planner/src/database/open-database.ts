import { type Database, statementLimit } from '@muster/storage';
import { DataSource } from 'typeorm';
import { rowOf } from './sql';
import { entities } from './entities';
import { SCHEMA } from './schema';
import { SnakeNaming } from './snake-naming';

/** Connections of one planner; few, since statements are short. */
const CONNECTIONS_MAX = 10;

/** Making a connection costs as much as some ten short statements. */
const IDLE_MS = 300_000;
/** Before then what stands between may have forgotten one that is silent, and who is given it next would wait in vain. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 } as const;

/**
 * Connects to the planner's tables; makes or changes none. `statementMs`: a statement that takes longer fails, and its connection ends.
 * Embedded there is no limit: one session does everything, and is never silent alone.
 */
export async function connectDatabase(
  { connectionOptions }: Pick<Database, 'connectionOptions'>,
  statementMs?: number,
): Promise<DataSource> {
  return new DataSource({
    ...connectionOptions,
    ...(connectionOptions.url === undefined
      ? {}
      : {
          extra: {
            ...connectionOptions.extra,
            ...statementLimit(statementMs),
            idleTimeoutMillis: IDLE_MS,
            ...KEEP_ALIVE,
          },
        }),
    schema: SCHEMA,
    entities,
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: CONNECTIONS_MAX,
  }).initialize();
}

/** The id that nodes remember as their owner's. */
export async function installationOf(database: DataSource): Promise<string> {
  const row = await rowOf<{ id: string }>(database.manager, 'SELECT id FROM planner.installation WHERE "only"');
  if (row === null) throw new Error('the planner schema has no installation; its migrations have not been run');
  return row.id;
}
