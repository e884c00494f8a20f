import type { DataSource } from 'typeorm';
import { eventText } from '../http/event-stream';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedTail } from './feed-tail';
import { type FeedFilter, readFeed } from './read-feed';

/** The lookout nudges within half a second; this is for a nudge that fell between reading and waiting. */
const POLL_MS = 1000;
const BATCH_MAX = 500;

/**
 * The stream of events after `after`, first what is there, then what comes, until `gone` fires.
 *
 * What is new comes from memory, and nothing is asked while nothing is new; what is longer ago is read from the database.
 */
export async function* followFeed(
  database: DataSource,
  tail: FeedTail,
  nudges: PlannerNudges,
  query: FeedFilter & { readonly after: number },
  gone: AbortSignal,
): AsyncGenerator<Buffer> {
  let after = query.after;
  while (!gone.aborted) {
    const found = await tail.next(after);
    if (found === 'none') {
      await nudges.wait('numbered', POLL_MS, gone);
    } else if (found === 'far') {
      const { events, upTo } = await readFeed(database.manager, { ...query, after, limit: BATCH_MAX });
      after = upTo;
      yield Buffer.from(events.map((event) => eventText(String(event.number), JSON.stringify(event))).join(''));
    } else {
      const stream = found.stream(after, query);
      after = found.upTo;
      yield stream;
    }
  }
}
