import type { AppendAnswer } from '@muster/execution';
import { type DeploymentEvent, storableJson } from '@muster/model';
import type { Pool, PoolClient } from 'pg';

/**
 * Locks the deployment's row, compares owner and epoch, and appends numbered events: one statement, since every round
 * trip is paid for by each task. `status` is given with the deployment's last event and closes it.
 */
export async function appendEvents(
  db: Pool | PoolClient,
  executor: string,
  deployment: string,
  epoch: number,
  events: readonly DeploymentEvent[],
  status: string | null,
): Promise<AppendAnswer> {
  const first = events[0]?.seq ?? 0;
  const last = events.at(-1)?.seq ?? 0;
  const { rows } = await (db as Pool).query<{ last_seq: number }>(
    `WITH locked AS (
       SELECT id, last_seq FROM executor.deployment WHERE id = $1 AND owner = $2 AND epoch = $3 FOR UPDATE),
     follows AS (SELECT id FROM locked WHERE last_seq = $4::int - 1),
     stored AS (
       INSERT INTO executor.event (deployment_id, seq, body)
       SELECT follows.id, event.seq, event.body FROM follows, unnest($6::int[], $7::jsonb[]) AS event (seq, body)),
     moved AS (
       UPDATE executor.deployment d
          SET last_seq = $5, status = coalesce($8, d.status),
              ended_at = CASE WHEN $8::text IS NULL THEN NULL ELSE clock_timestamp() END,
              owner = CASE WHEN $8::text IS NULL THEN d.owner END
         FROM follows WHERE d.id = follows.id)
     SELECT last_seq FROM locked`,
    [
      ...[deployment, executor, epoch, first, last],
      events.map(({ seq }) => seq),
      // What nodes and servers say in an error may be no text that the database takes; the event must be stored all the same.
      events.map((event) => storableJson(event)),
      status,
    ],
  );
  const before = rows[0]?.last_seq;
  if (before === undefined) return 'fenced';
  // The same owner asks again when an answer was lost on the way: what it asks for has happened.
  if (before !== first - 1 && before < last)
    throw new Error(`events of ${deployment} begin at ${first}, but the log ends at ${before}`);
  return 'stored';
}
