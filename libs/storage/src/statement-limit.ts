import type { PoolConfig } from 'pg';
import { ImpatientClient } from './impatient-client';

/**
 * How long one statement may take, and how long a connection is waited for, in ms: a database that is silent must not hold whoever asks.
 * The server gives up first, so that a statement that waits for others is taken back for sure. Migrations have connections of their own.
 */
const STATEMENT_MS = 30_000;
const SERVER_PART = 0.8;
const CONNECTION_MS = 10_000;

/**
 * Options of connections on which a statement that takes longer than `statementMs` fails, and its connection ends. Not for the
 * embedded database, where one session does everything, and is never silent alone.
 */
export function statementLimit(statementMs = STATEMENT_MS): PoolConfig {
  return {
    query_timeout: statementMs,
    statement_timeout: Math.round(statementMs * SERVER_PART),
    connectionTimeoutMillis: Math.min(CONNECTION_MS, statementMs),
    Client: ImpatientClient,
  };
}
