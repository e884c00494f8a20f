import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { openDatabase } from '@muster/storage';
import { createTestDatabase } from '@muster/testkit';
import type { Pool, PoolClient } from 'pg';
import { connectDatabase } from './open-database';

/** Seconds until the kernel next looks whether anybody is at the other end; null if it does not. */
function keepAliveIn(localPort: number): number | null {
  const port = localPort.toString(16).toUpperCase().padStart(4, '0');
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((each) => each.trim().split(/\s+/)[1]?.endsWith(`:${port}`));
  const [kind, when] = line?.trim().split(/\s+/)[5]?.split(':') ?? [];
  return kind === '02' && when !== undefined ? Number.parseInt(when, 16) / 100 : null;
}

describe('a connection of the planner that rests', () => {
  it('is kept up, so that nothing on the way forgets it and leaves who asks next without an answer', async () => {
    const test = await createTestDatabase();
    const opened = await openDatabase({ config: { kind: 'postgres', url: test.url }, name: 'test' });
    const database = await connectDatabase(opened);
    try {
      const { master } = database.driver as unknown as { readonly master: Pool };
      const client = await master.connect();
      const { connection } = client as PoolClient & { readonly connection: { readonly stream: Socket } };
      client.release();
      const seconds = keepAliveIn(connection.stream.localPort ?? 0);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(30);
    } finally {
      await database.destroy();
      await opened.close();
      await test.drop();
    }
  });
});
