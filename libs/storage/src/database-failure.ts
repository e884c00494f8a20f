/**
 * Why the database said no.
 * - `conflict`: serialization, deadlock, or too long a wait for others; the same transaction may well work now.
 * - `connection`: lost, refused, shutting down, or too many; what was sent last may have been done.
 * - `statement`: anything else: the same statement fails again.
 */
export type DatabaseFailure = 'conflict' | 'connection' | 'statement';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
]);
// admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped aside; too_many_connections;
// idle_in_transaction_session_timeout, of which the client hears as the connection ends.
const sessionCodes = new Set(['57P01', '57P02', '57P03', '53300', '25P03']);
const ownWords =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|Client was closed|Cannot use a pool after)/;

/** Tells what kind of failure a thrown value is. */
export function databaseFailure(error: unknown): DatabaseFailure {
  if (typeof error !== 'object' || error === null) return 'statement';
  const { code, message = '', cause } = error as { code?: unknown; message?: string; cause?: unknown };
  // 57014: given up by the server, and taken back, after its statement_timeout.
  if (code === '40001' || code === '40P01' || code === '57014') return 'conflict';
  if (typeof code === 'string' && (networkCodes.has(code) || sessionCodes.has(code) || code.startsWith('08')))
    return 'connection';
  // The client's own words, which have no code.
  if (ownWords.test(message)) return 'connection';
  return databaseFailure(cause);
}

/** True if trying again makes sense. */
export function isTransient(error: unknown): boolean {
  return databaseFailure(error) !== 'statement';
}
