import type { Database } from '@muster/storage';

/** How a client that takes nothing but an address reaches `database`; the embedded one is a socket in a folder. */
export function databaseUrl({ connectionOptions }: Database): string {
  const { url, host = '', username = '', database = '' } = connectionOptions;
  return url ?? `postgresql://${username}@localhost/${database}?host=${encodeURIComponent(host)}`;
}
