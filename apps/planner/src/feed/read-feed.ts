import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import type { FeedEvent, FeedEventType, FeedSubject } from './feed-event';

interface StoredEvent {
  readonly number: string;
  readonly at: Date;
  readonly type: FeedEventType;
  readonly subject: FeedSubject;
  readonly data: Record<string, unknown>;
}

export interface FeedQuery {
  readonly project: string;
  readonly after: number;
  /** Null: of all. */
  readonly transaction: string | null;
  readonly limit: number;
}

/** Events after a number, in order, at most `limit`. */
export async function readFeed(
  on: EntityManager,
  { project, after, transaction, limit }: FeedQuery,
): Promise<FeedEvent[]> {
  const rows = await rowsOf<StoredEvent>(
    on,
    `SELECT number, at, type, subject, data FROM planner.feed_event
     WHERE project = $1 AND number > $2 AND ($3::uuid IS NULL OR transaction_id = $3::uuid)
     ORDER BY number LIMIT $4`,
    [project, after, transaction, limit],
  );
  return rows.map((row) => ({
    number: Number(row.number),
    at: row.at.toISOString(),
    type: row.type,
    subject: row.subject,
    data: row.data,
  }));
}

/** The last number given; 0 before the first. */
export async function lastFeedNumber(on: EntityManager): Promise<number> {
  const row = await rowOf<{ last: string }>(on, 'SELECT last FROM planner.feed_sequence WHERE "only"');
  return Number(row?.last ?? 0);
}
