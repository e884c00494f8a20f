import { randomUUID } from 'node:crypto';
import { storableJson } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
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
  if (events.length === 0) return;
  await rowsOf(
    on,
    `INSERT INTO planner.feed_event (id, project, recorded_at, position, at, type, transaction_id, cluster, subject, data)
     SELECT e.id, $1, now.t, e.position, coalesce(e.at, now.t), e.type, e.transaction_id, e.subject->>'cluster', e.subject, e.data
     FROM unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::uuid[], $7::jsonb[], $8::jsonb[])
            AS e (id, position, at, type, transaction_id, subject, data),
          (SELECT clock_timestamp() AS t) AS now`,
    [
      project,
      events.map((event) => event.id ?? randomUUID()),
      events.map((_, position) => position),
      events.map((event) => (event.at === null ? null : new Date(event.at))),
      events.map((event) => event.type),
      events.map((event) => event.subject.transaction ?? null),
      events.map((event) => JSON.stringify(event.subject)),
      // Told by nodes, among others: never refused.
      events.map((event) => storableJson(event.data)),
    ],
  );
}
