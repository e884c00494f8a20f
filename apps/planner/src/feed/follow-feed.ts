import type { DataSource } from 'typeorm';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedEvent } from './feed-event';
import { lastFeedNumber, readFeed } from './read-feed';

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
  query: { readonly project: string; readonly after: number; readonly transaction: string | null },
  gone: AbortSignal,
): AsyncGenerator<readonly FeedEvent[]> {
  let after = query.after;
  while (!gone.aborted) {
    // Asked before reading: everything up to it is visible then, whatever is numbered meanwhile is for the next turn.
    const last = await lastFeedNumber(database.manager);
    if (last > after) {
      const events = await readFeed(database.manager, { ...query, after, limit: BATCH_MAX });
      after = events.length < BATCH_MAX ? Math.max(last, events.at(-1)?.number ?? 0) : (events.at(-1)?.number ?? last);
      if (events.length > 0) yield events;
      continue;
    }
    await nudges.wait('numbered', POLL_MS, gone);
  }
}
