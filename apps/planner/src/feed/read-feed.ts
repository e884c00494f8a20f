import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import type { FeedEvent, FeedEventType, FeedSubject } from './feed-event';
import { type KindsFilter, kindsParameters } from './kinds-filter';

interface StoredEvent {
  readonly number: string;
  readonly at: Date;
  readonly type: FeedEventType;
  readonly subject: FeedSubject;
  readonly data: Record<string, unknown>;
}

/** What a reader wants; null: whatever it is. */
export interface FeedFilter {
  readonly project: string;
  readonly transaction: string | null;
  readonly cluster: string | null;
  readonly kinds: KindsFilter;
}

export interface FeedQuery extends FeedFilter {
  readonly after: number;
  readonly limit: number;
}

/** Events, and the number up to which everything was looked at: where to go on. */
export interface FeedSlice {
  readonly events: readonly FeedEvent[];
  readonly upTo: number;
}

/**
 * How many numbers one statement looks at where no index leads to the events that are wanted: a rare kind in millions of
 * others is searched for in many short statements instead of one long one.
 */
const SCAN_MAX = 50_000;

/** Events after a number, in order, at most `limit`; fewer where the search has come to its bound, or to the end. */
export async function readFeed(on: EntityManager, query: FeedQuery): Promise<FeedSlice> {
  const { project, after, transaction, cluster, kinds, limit } = query;
  // Asked first: everything up to it is visible to the next statement, whatever is numbered meanwhile.
  const last = await lastFeedNumber(on);
  const isFound = transaction !== null || cluster !== null || kinds === null;
  const upTo = isFound ? last : Math.min(last, after + SCAN_MAX);
  const [whole, beginnings] = kindsParameters(kinds);
  const rows = await rowsOf<StoredEvent>(
    on,
    `SELECT number, at, type, subject, data FROM planner.feed_event
     WHERE project = $1 AND number > $2 AND number <= $3
       ${transaction === null ? 'AND $4::uuid IS NULL' : 'AND transaction_id = $4::uuid'}
       ${cluster === null ? 'AND $5::text IS NULL' : 'AND cluster = $5'}
       AND ($6::text[] IS NULL OR type = ANY($6) OR split_part(type, '.', 1) = ANY($7::text[]))
     ORDER BY number LIMIT $8`,
    [project, after, upTo, transaction, cluster, whole, beginnings, limit],
  );
  const events = rows.map(eventOf);
  return { events, upTo: events.length < limit ? Math.max(after, upTo) : (events.at(-1)?.number ?? upTo) };
}

/** Events of every project after a number, in order. */
export async function readEveryFeed(
  on: EntityManager,
  after: number,
  limit: number,
): Promise<(FeedEvent & { readonly project: string })[]> {
  const rows = await rowsOf<StoredEvent & { readonly project: string }>(
    on,
    `SELECT project, number, at, type, subject, data FROM planner.feed_event WHERE number > $1 ORDER BY number LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => ({ project: row.project, ...eventOf(row) }));
}

function eventOf({ number, at, type, subject, data }: StoredEvent): FeedEvent {
  return { number: Number(number), at: at.toISOString(), type, subject, data };
}

/** The last number given; 0 before the first. */
export async function lastFeedNumber(on: EntityManager): Promise<number> {
  const row = await rowOf<{ last: string }>(on, 'SELECT last FROM planner.feed_sequence WHERE "only"');
  return Number(row?.last ?? 0);
}

/** The smallest number that is kept; null: none. */
export async function firstFeedNumber(on: EntityManager): Promise<number | null> {
  const row = await rowOf<{ first: string | null }>(on, 'SELECT min(number) AS first FROM planner.feed_event');
  return row?.first == null ? null : Number(row.first);
}
