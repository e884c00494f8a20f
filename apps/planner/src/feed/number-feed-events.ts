import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';

/** How many events get their number in one database transaction. */
const BATCH_MAX = 5000;

/** `last` is the last number given so far, by whomever; `isMore`: others may wait for theirs. */
export interface Numbered {
  readonly count: number;
  readonly last: number;
  readonly isMore: boolean;
}

/**
 * Gives numbers to committed events.
 *
 * The lock on the one row of `feed_sequence` is held until the commit, so numbers become visible in their order: a
 * reader that has seen number N will never find a smaller one afterwards. A number taken by the writer itself before
 * its commit would not have this property.
 * Order: by time of writing, then by place in the statement. What depends on one another was written under a row's
 * lock, one after the other.
 */
export async function numberFeedEvents(database: DataSource): Promise<Numbered> {
  const before = await rowOf<{ last: string; waits: boolean }>(
    database.manager,
    `SELECT last, EXISTS (SELECT 1 FROM planner.feed_event WHERE number IS NULL) AS waits
     FROM planner.feed_sequence WHERE "only"`,
  );
  if (!before?.waits) return { count: 0, last: Number(before?.last ?? 0), isMore: false };
  return database.transaction(async (manager) => {
    const sequence = await rowOf<{ last: string }>(
      manager,
      'SELECT last FROM planner.feed_sequence WHERE "only" FOR UPDATE',
    );
    // A statement of its own: its snapshot is taken after the lock was granted, so it sees what the last holder numbered.
    // By place on disk, since nobody else changes an event without a number; out of an array, since the database takes
    // that for short and looks the places up, where it would otherwise read the whole feed for them.
    const numbered = await rowOf<{ count: string }>(
      manager,
      `WITH given AS (
         UPDATE planner.feed_event AS e SET number = $1::bigint + next.place
         FROM unnest(ARRAY(
           SELECT ctid FROM planner.feed_event WHERE number IS NULL ORDER BY recorded_at, position, id LIMIT ${BATCH_MAX}
         )) WITH ORDINALITY AS next (row, place)
         WHERE e.ctid = next.row RETURNING 1
       ), moved AS (
         UPDATE planner.feed_sequence SET last = last + (SELECT count(*) FROM given) WHERE "only"
       )
       SELECT count(*) AS count FROM given`,
      [sequence?.last ?? '0'],
    );
    const count = Number(numbered?.count ?? 0);
    return { count, last: Number(sequence?.last ?? 0) + count, isMore: count === BATCH_MAX };
  });
}
