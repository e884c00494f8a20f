import type { DataSource } from 'typeorm';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedEvent } from './feed-event';
import { type FeedFilter, lastFeedNumber, readFeed } from './read-feed';

/** The sequencer nudges within a quarter of a second; this is for a nudge that fell between reading and waiting. */
const POLL_MS = 1000;
const BATCH_MAX = 500;

/**
 * Batches of events after `after`, first what is there, then what comes, until `gone` fires.
 *
 * Between batches only the one row with the last number is asked, so that a quiet reader of one transaction does not
 * search the feed four times a second.
 */
export async function* followFeed(
  database: DataSource,
  nudges: PlannerNudges,
  query: FeedFilter & { readonly after: number },
  gone: AbortSignal,
): AsyncGenerator<readonly FeedEvent[]> {
  let after = query.after;
  while (!gone.aborted) {
    if ((await lastFeedNumber(database.manager)) > after) {
      const { events, upTo } = await readFeed(database.manager, { ...query, after, limit: BATCH_MAX });
      after = upTo;
      if (events.length > 0) yield events;
      continue;
    }
    await nudges.wait('numbered', POLL_MS, gone);
  }
}
