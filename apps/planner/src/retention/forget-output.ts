import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { removeChunks } from './remove-chunks';
import type { RetentionConfig } from './retention';

/** Each may have as much as gigabytes. */
const DEPLOYMENTS_AT_ONCE = 20;

/**
 * Removes the output of ended deployments that is older than `outputDays`, and then, oldest end first, as much as there is beyond
 * `outputBytes`; tells of how many. That of a deployment goes as a whole, and the deployment says since when it is gone.
 * What has not ended keeps all of its output, whatever it takes. Reads the size of every chunk, but not its bytes.
 */
export async function forgetOutput(
  on: EntityManager,
  { outputDays, outputBytes }: Pick<RetentionConfig, 'outputDays' | 'outputBytes'>,
): Promise<number> {
  const old =
    outputDays === 0
      ? []
      : await rowsOf<{ id: string }>(
          on,
          `SELECT id FROM planner.deployment d WHERE output_removed_at IS NULL AND ended_at < now() - make_interval(days => $1::int)
             AND EXISTS (SELECT 1 FROM planner.output_chunk c WHERE c.deployment_id = d.id)
           ORDER BY ended_at LIMIT ${DEPLOYMENTS_AT_ONCE}`,
          [outputDays],
        );
  const beyond =
    outputBytes === 0
      ? []
      : await rowsOf<{ id: string }>(
          on,
          `SELECT id FROM (
             SELECT d.id, d.ended_at, sum(c.bytes) OVER (ORDER BY d.ended_at DESC NULLS FIRST, d.id) AS so_far
             FROM planner.deployment d JOIN (
               SELECT deployment_id, sum(octet_length(bytes)) AS bytes FROM planner.output_chunk GROUP BY deployment_id
             ) AS c ON c.deployment_id = d.id
           ) AS sized WHERE so_far > $1::bigint AND ended_at IS NOT NULL ORDER BY ended_at LIMIT ${DEPLOYMENTS_AT_ONCE}`,
          [outputBytes],
        );
  const gone = [...new Set([...old, ...beyond].map(({ id }) => id))];
  if (gone.length === 0) return 0;
  await rowsOf(on, 'UPDATE planner.deployment SET output_removed_at = now() WHERE id = ANY($1::uuid[]) RETURNING 1', [
    gone,
  ]);
  for (const id of gone) await removeChunks(on, id);
  return gone.length;
}
