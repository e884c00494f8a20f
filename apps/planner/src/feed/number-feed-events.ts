import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';

/** How many events get their number in one database transaction. */
const BATCH_MAX = 5000;

/**
 * Gives numbers to committed events, and tells how many.
 *
 * The lock on the one row of `feed_sequence` is held until the commit, so numbers become visible in their order: a
 * reader that has seen number N will never find a smaller one afterwards. A number taken by the writer itself before
 * its commit would not have this property.
 * Order: by time of writing, then by place in the statement. What depends on one another was written under a row's
 * lock, one after the other.
 */
export async function numberFeedEvents(database: DataSource): Promise<number> {
  const waiting = await rowOf(database.manager, 'SELECT 1 FROM planner.feed_event WHERE number IS NULL LIMIT 1');
  if (waiting === null) return 0;
  return database.transaction(async (manager) => {
    const sequence = await rowOf<{ last: string }>(
      manager,
      'SELECT last FROM planner.feed_sequence WHERE "only" FOR UPDATE',
    );
    // A statement of its own: its snapshot is taken after the lock was granted, so it sees what the last holder numbered.
    const numbered = await rowOf<{ count: string }>(
      manager,
      `WITH next AS (
         SELECT id, row_number() OVER (ORDER BY recorded_at, position, id) AS place
         FROM (SELECT id, recorded_at, position FROM planner.feed_event WHERE number IS NULL
               ORDER BY recorded_at, position, id LIMIT ${BATCH_MAX}) AS batch
       ), given AS (
         UPDATE planner.feed_event AS e SET number = $1::bigint + next.place FROM next WHERE e.id = next.id RETURNING 1
       )
       SELECT count(*) AS count FROM given`,
      [sequence?.last ?? '0'],
    );
    const count = Number(numbered?.count ?? 0);
    await manager.query('UPDATE planner.feed_sequence SET last = last + $1 WHERE "only"', [count]);
    return count;
  });
}
