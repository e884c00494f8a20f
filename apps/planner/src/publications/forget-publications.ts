import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** How long an answer is told again, and how long parts are waited for. */
const ANSWERED_KEPT_DAYS = 7;
const OPEN_KEPT_HOURS = 20;

/** Parts are artifacts that nothing refers to: they are removed after a day, so nothing is waited for that long. */
export async function forgetPublications(on: EntityManager): Promise<void> {
  await rowsOf(
    on,
    `DELETE FROM planner.publication
      WHERE created_at < now() - CASE WHEN answer IS NULL THEN interval '${OPEN_KEPT_HOURS} hours'
                                      ELSE interval '${ANSWERED_KEPT_DAYS} days' END RETURNING 1`,
  );
}
