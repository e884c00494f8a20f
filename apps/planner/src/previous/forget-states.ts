import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** A state that nothing refers to is kept at least so long, so that one that was just written is not forgotten before it is used. */
const UNUSED_KEPT_HOURS = 24;

/**
 * Forgets expected states that nothing refers to any more. A running deployment refers to its states until its last event,
 * which is stored together with the successes that refer to them from then on: no snapshot misses both. Whoever begins to
 * refer to one marks it as used first, under its row's lock, which this waits for and then sees.
 */
export async function forgetStates(on: EntityManager): Promise<void> {
  await rowsOf(
    on,
    `DELETE FROM planner.expected_state e WHERE e.used_at < now() - interval '${UNUSED_KEPT_HOURS} hours'
       AND NOT EXISTS (SELECT 1 FROM planner.last_success s WHERE s.common = e.digest)
       AND NOT EXISTS (SELECT 1 FROM planner.last_success s WHERE s.own = e.digest)
       AND NOT EXISTS (SELECT 1 FROM planner.deployment_place p WHERE p.common = e.digest OR p.own = e.digest)
     RETURNING 1`,
  );
}
