import { randomUUID } from 'node:crypto';
import { storableJson } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { partsOf, rowOf, ROWS_AT_ONCE, rowsOf } from '../database/sql';
import type { NewFeedEvent } from './feed-event';

/**
 * Writes events in the database transaction of the state that they tell of. They have no number yet and no reader sees
 * them before the sequencer has given them one, which it can do only after the commit.
 */
export async function writeFeedEvents(
  on: EntityManager,
  project: string,
  events: readonly NewFeedEvent[],
): Promise<void> {
  await writeFeedEventsOfMany(
    on,
    events.map((event) => ({ project, event })),
  );
}

/** As above, of several projects, in this order; one statement unless there are very many. */
export async function writeFeedEventsOfMany(
  on: EntityManager,
  told: readonly { readonly project: string; readonly event: NewFeedEvent }[],
): Promise<void> {
  // All have the same time, whose order is that of the feed together with their places.
  const written =
    told.length > ROWS_AT_ONCE ? await rowOf<{ t: string }>(on, 'SELECT clock_timestamp()::text AS t') : null;
  let first = 0;
  for (const part of partsOf(told)) {
    await writePart(on, part, first, written?.t ?? null);
    first += part.length;
  }
}

async function writePart(
  on: EntityManager,
  told: readonly { readonly project: string; readonly event: NewFeedEvent }[],
  first: number,
  recordedAt: string | null,
): Promise<void> {
  const events = told.map(({ event }) => event);
  await rowsOf(
    on,
    `INSERT INTO planner.feed_event (id, project, recorded_at, position, at, type, transaction_id, cluster, subject, data)
     SELECT e.id, e.project, now.t, e.position, coalesce(e.at, now.t), e.type, e.transaction_id, e.subject->>'cluster', e.subject, e.data
     FROM unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::uuid[], $7::jsonb[], $8::jsonb[])
            AS e (project, id, position, at, type, transaction_id, subject, data),
          (SELECT coalesce($9::timestamptz, clock_timestamp()) AS t) AS now`,
    [
      told.map(({ project }) => project),
      events.map((event) => event.id ?? orderedId()),
      events.map((_, index) => first + index),
      events.map((event) => (event.at === null ? null : new Date(event.at))),
      events.map((event) => event.type),
      events.map((event) => event.subject.transaction ?? null),
      events.map((event) => JSON.stringify(event.subject)),
      // Told by nodes, among others: never refused.
      events.map((event) => storableJson(event.data)),
      recordedAt,
    ],
  );
}

/** Beginning with the time, so that ids of about the same time are neighbours in the index. */
function orderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
