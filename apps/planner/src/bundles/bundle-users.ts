import type { BundleKind } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** A cluster that needs a bundle, and the revisions of it that do. */
export interface BundleUser {
  readonly cluster: string;
  /** Ascending. */
  readonly revisions: readonly number[];
}

/**
 * Clusters whose newest revision names the bundle, the one that is live, or one that a transaction which has not ended
 * plans from. Other old revisions are history, and hold nothing.
 */
export function bundleUsers(
  on: EntityManager,
  project: string,
  kind: BundleKind,
  reference: string,
): Promise<BundleUser[]> {
  const names = kind === 'release' ? `r.content->>'release' = $2` : `r.content->'plugins' @> to_jsonb($2::text)`;
  return rowsOf<BundleUser>(
    on,
    `SELECT c.name AS cluster, array_agg(r.number ORDER BY r.number) AS revisions
       FROM planner.cluster c JOIN planner.revision r ON r.cluster_id = c.id
      WHERE c.project = $1 AND ${names}
        AND (r.number IN (c.head_revision, c.live_revision)
             OR EXISTS (SELECT 1 FROM planner.transaction t
                         WHERE t.cluster_id = c.id AND t.revision = r.number AND t.ended_at IS NULL))
      GROUP BY c.name ORDER BY c.name`,
    [project, reference],
  );
}
