import type { Pool, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';

/** How many events get their number in one database transaction. */
export const BATCH_MAX = 5000;

/** `last` is the last number given so far, by whomever; `isMore`: others wait for theirs. */
export interface Numbered {
  readonly last: number;
  readonly isMore: boolean;
}

interface Progress {
  readonly last: string;
  readonly waits: boolean;
}

const PROGRESS = `
  SELECT last, EXISTS (SELECT 1 FROM planner.feed_event WHERE number IS NULL) AS waits
  FROM planner.feed_sequence WHERE "only"`;

/**
 * Gives numbers to committed events.
 *
 * The lock on the one row of `feed_sequence` is held until the commit, so numbers become visible in their order: a
 * reader that has seen number N will never find a smaller one afterwards. A number taken by the writer itself before
 * its commit would not have this property.
 * Order: by time of writing, then by place in the statement. What depends on one another was written under a row's
 * lock, one after the other.
 *
 * Statements without parameters in one message to the database are one database transaction, and cost one round trip where begin, commit
 * and the question how far it came would be four more. The second has a snapshot of its own, taken after the lock was granted, so it sees what the
 * last holder numbered. By place on disk, since nobody else changes an event without a number; out of an array, since the database takes
 * that for short and looks the places up, where it would otherwise read the whole feed for them.
 */
export async function numberFeedEvents(database: DataSource): Promise<Numbered> {
  // By the driver's own pool: TypeORM gives one statement's answer only.
  const { master } = database.driver as unknown as { readonly master: Pool };
  const answers: unknown = await master.query(`${NUMBER};${PROGRESS}`);
  const found = (answers as readonly QueryResult<Progress>[]).at(-1)?.rows[0];
  return { last: Number(found?.last ?? 0), isMore: found?.waits ?? false };
}

const NUMBER = `
  SELECT FROM planner.feed_sequence WHERE "only" FOR UPDATE;
  WITH given AS (
    UPDATE planner.feed_event AS e SET number = s.last + next.place
    FROM (SELECT last FROM planner.feed_sequence WHERE "only") AS s, unnest(ARRAY(
      SELECT ctid FROM planner.feed_event WHERE number IS NULL ORDER BY recorded_at, position, id LIMIT ${BATCH_MAX}
    )) WITH ORDINALITY AS next (row, place)
    WHERE e.ctid = next.row RETURNING 1
  )
  UPDATE planner.feed_sequence SET last = last + (SELECT count(*) FROM given) WHERE "only"`;
