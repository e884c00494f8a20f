import { Pool, type PoolConfig, types } from 'pg';
import { invariant, problem, ProblemsError } from '@muster/problems';
import { type EmbeddedDatabase, openEmbeddedDatabase } from './embedded/embedded-database';
import { statementLimit } from './statement-limit';

export type DatabaseConfig =
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly connectionsMax?: number;
      /** PEM. Given: only by TLS, only to a server that the authority vouches for under the name of the address. */
      readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
    }
  /** A database in this process, in a folder that is ours alone. */
  | { readonly kind: 'embedded'; readonly folder: string };

/** How other clients of the same database connect; TypeORM takes these as they are. */
export interface ConnectionOptions {
  readonly type: 'postgres';
  readonly url?: string;
  readonly host?: string;
  readonly username?: string;
  readonly database?: string;
  readonly applicationName: string;
  /** Options of every connection, besides; given to `pg` as they are. */
  readonly extra: PoolConfig;
}

export interface Database {
  /**
   * `embedded` has one session: transactions run one after another, so code must never wait, inside one, for something
   * done on another connection; and `SET`, named statements, advisory locks and LISTEN are not to be used.
   */
  readonly kind: DatabaseConfig['kind'];
  /**
   * bigint columns arrive as numbers; one beyond 2^53 is a bug and fails the query. In PostgreSQL a statement that takes too long
   * fails, and its connection ends (`statementLimit`).
   */
  readonly pool: Pool;
  readonly connectionOptions: ConnectionOptions;
  /** A client of its own, not from the pool: for a lease, which must not wait behind anything. */
  readonly poolConfig: PoolConfig;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly config: DatabaseConfig;
  /** Of the service; shown by the database. */
  readonly name: string;
  /** Told of connections that were lost while nobody used them. */
  readonly onConnectionLost?: (error: Error) => void;
  /** How long a statement of the pool may take, in ms. */
  readonly statementMs?: number;
}

/**
 * After this long a server ends a connection that keeps a transaction open and says nothing: a process that was stopped in
 * the middle of one must not keep its row locks, or nobody could take its deployments over when its lease (10 s) has
 * passed. Told when connecting, never by SET. Embedded it has no place: there a stopped process stops the database too.
 */
const IDLE_IN_TRANSACTION_MS = 5000;

/** Opens the database and asks it a question. Fails with `ProblemsError` when it does not answer or the folder is in use. */
export async function openDatabase({ config, name, onConnectionLost, statementMs }: OpenOptions): Promise<Database> {
  const embedded = config.kind === 'embedded' ? await openEmbeddedDatabase(config.folder) : null;
  const connectionOptions = connectionOptionsOf(config, embedded, name);
  const poolConfig: PoolConfig = {
    ...(connectionOptions.url ? { connectionString: connectionOptions.url } : { host: connectionOptions.host }),
    ...(embedded ? { user: connectionOptions.username, database: connectionOptions.database } : {}),
    ...connectionOptions.extra,
    application_name: name,
    max: config.kind === 'postgres' ? (config.connectionsMax ?? 20) : 10,
    ...(embedded ? { connectionTimeoutMillis: 10_000 } : statementLimit(statementMs)),
    keepAlive: true,
    types: { getTypeParser: parserOf },
  };
  const pool = new Pool(poolConfig);
  // Without a listener a database that restarts would end the process.
  pool.on('error', (error) => onConnectionLost?.(error));
  const close = async (): Promise<void> => {
    await pool.end();
    await embedded?.close();
  };
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await close();
    const summary = error instanceof Error ? error.message || error.name : String(error);
    throw new ProblemsError([problem('STORAGE_UNREACHABLE', { subject: 'database', summary })], { cause: error });
  }
  return { kind: config.kind, pool, poolConfig, connectionOptions, close };
}

function connectionOptionsOf(
  config: DatabaseConfig,
  embedded: EmbeddedDatabase | null,
  name: string,
): ConnectionOptions {
  const shared = { type: 'postgres', applicationName: name } as const;
  if (config.kind === 'postgres')
    return {
      ...shared,
      url: config.url,
      extra: {
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        ...(config.tls ? { ssl: { ...config.tls, rejectUnauthorized: true } } : {}),
      },
    };
  invariant(embedded, 'an embedded database was opened');
  return { ...shared, host: embedded.host, username: 'postgres', database: 'postgres', extra: {} };
}

type Parser = (value: string) => unknown;

function parserOf(oid: number, format?: 'text' | 'binary'): Parser {
  if (oid === Number(types.builtins.INT8)) return parseInt8;
  return (format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text')) as Parser;
}

function parseInt8(text: string): number {
  const value = Number(text);
  invariant(Number.isSafeInteger(value), `bigint ${text} fits a number`);
  return value;
}
