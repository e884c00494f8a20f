import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { removeChunks } from './remove-chunks';

/** What the configuration says of what is kept; 0: for ever. */
export interface RetentionConfig {
  readonly transactionDays: number;
  /** Of each cluster, the newest. */
  readonly transactionsPerCluster: number;
  readonly eventDays: number;
  /** Of ended deployments. */
  readonly outputDays: number;
  /** Of all output together. */
  readonly outputBytes: number;
}

export const RETENTION: RetentionConfig = {
  transactionDays: 0,
  transactionsPerCluster: 0,
  eventDays: 0,
  outputDays: 0,
  outputBytes: 0,
};

const TRANSACTIONS_AT_ONCE = 200;
const EVENTS_AT_ONCE = 20_000;

/**
 * Forgets old transactions with their tasks, attempts, output and controls; tells how many. Kept in any case: one that has not
 * ended, the newest of its cluster, and one whose success is what a node's state is compared with.
 */
export async function forgetTransactions(
  on: EntityManager,
  { transactionDays, transactionsPerCluster }: Pick<RetentionConfig, 'transactionDays' | 'transactionsPerCluster'>,
): Promise<number> {
  if (transactionDays === 0 && transactionsPerCluster === 0) return 0;
  const old = await rowsOf<{ id: string }>(
    on,
    `SELECT t.id FROM planner.transaction t JOIN (
       SELECT id, row_number() OVER (PARTITION BY cluster_id ORDER BY created_at DESC, id DESC) AS place FROM planner.transaction
     ) AS ranked ON ranked.id = t.id
     WHERE t.ended_at IS NOT NULL AND NOT t.advance_due AND ranked.place > 1
       AND (($1::int > 0 AND t.ended_at < now() - make_interval(days => $1::int)) OR ($2::int > 0 AND ranked.place > $2::int))
       AND NOT EXISTS (SELECT 1 FROM planner.last_success s WHERE s.transaction_id = t.id AND s.fingerprint IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM planner.outgoing o JOIN planner.deployment d ON d.id = o.deployment_id
                       WHERE d.transaction_id = t.id AND o.answered_at IS NULL)
     ORDER BY t.created_at LIMIT ${TRANSACTIONS_AT_ONCE} FOR UPDATE OF t SKIP LOCKED`,
    [transactionDays, transactionsPerCluster],
  );
  for (const { id } of old) await removeTransaction(on, id);
  return old.length;
}

/** By itself, and its output before: it may be of 100,000 tasks and gigabytes, and the time of a statement is limited. */
async function removeTransaction(on: EntityManager, id: string): Promise<void> {
  const runs = await rowsOf<{ id: string }>(on, 'SELECT id FROM planner.deployment WHERE transaction_id = $1', [id]);
  for (const run of runs) await removeChunks(on, run.id);
  await rowsOf(on, 'DELETE FROM planner.transaction WHERE id = $1 RETURNING 1', [id]);
}

/** Forgets old events that the exchange and every active webhook have been told; tells how many. */
export async function forgetEvents(
  on: EntityManager,
  { eventDays }: Pick<RetentionConfig, 'eventDays'>,
): Promise<number> {
  if (eventDays === 0) return 0;
  const gone = await rowsOf(
    on,
    `DELETE FROM planner.feed_event WHERE number IN (
       SELECT number FROM planner.feed_event
       WHERE number <= least((SELECT min(last) FROM planner.feed_cursor),
                             (SELECT min(last) FROM planner.webhook WHERE state = 'active'))
       ORDER BY number LIMIT ${EVENTS_AT_ONCE})
     AND recorded_at < now() - make_interval(days => $1::int) RETURNING 1`,
    [eventDays],
  );
  return gone.length;
}
