import { Client } from 'pg';
import type { ProductionBed } from './production-bed';

/** Asks the database of the bed over a connection of its own; fails at once when it is away, and after 20 s when it does not answer. */
export async function withClient<T>(bed: ProductionBed, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: bed.databaseUrl, connectionTimeoutMillis: 20_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await ask(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
