import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

const HISTORY_KEPT_DAYS = 365;
/** Of each node the newest, whatever their age: so that one that is left alone for years still has a past. */
const ENTRIES_KEPT_MIN = 100;
/** Of each node: one that comes and goes every few minutes must not fill the database. */
const ENTRIES_KEPT_MAX = 10_000;
const INSPECTIONS_KEPT_DAYS = 30;

/** Forgets what happened to nodes long ago, and inspections that ended long ago; tells how many of each. */
export async function forgetPast(
  on: EntityManager,
  { entriesMax = ENTRIES_KEPT_MAX }: { readonly entriesMax?: number } = {},
): Promise<{ readonly entries: number; readonly inspections: number }> {
  const entries = await rowsOf(
    on,
    `DELETE FROM planner.node_history WHERE id IN (
       SELECT id FROM (
         SELECT id, at, row_number() OVER (PARTITION BY node_id ORDER BY at DESC, id DESC) AS place FROM planner.node_history
       ) AS h
       WHERE place > $1::int OR (place > ${ENTRIES_KEPT_MIN} AND at < now() - interval '${HISTORY_KEPT_DAYS} days'))
     RETURNING 1`,
    [entriesMax],
  );
  const inspections = await rowsOf(
    on,
    `DELETE FROM planner.inspection WHERE ended_at < now() - interval '${INSPECTIONS_KEPT_DAYS} days' RETURNING 1`,
  );
  return { entries: entries.length, inspections: inspections.length };
}
