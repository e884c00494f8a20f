import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** That go in one statement, whose time is limited. */
const CHUNKS_AT_ONCE = 10_000;

/** Removes all output of a deployment, `atOnce` chunks with a statement. */
export async function removeChunks(on: EntityManager, deployment: string, atOnce = CHUNKS_AT_ONCE): Promise<void> {
  for (let gone = atOnce; gone >= atOnce;) {
    const removed = await rowsOf(
      on,
      `DELETE FROM planner.output_chunk WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM planner.output_chunk WHERE deployment_id = $1 LIMIT ${atOnce})) RETURNING 1`,
      [deployment],
    );
    gone = removed.length;
  }
}
