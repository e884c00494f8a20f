import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** How long an ended transaction can be gone on with; then the texts and graphs of its own are removed. */
const TRANSACTIONS_KEPT_DAYS = 30;

/** Digests of everything that something refers to: files of bundles and their archives, and what deployments need or may need again. */
export async function usedArtifacts(on: EntityManager): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ digest: string }>(
    on,
    `SELECT file->>'digest' AS digest FROM planner.bundle, jsonb_array_elements(content->'files') AS file
     UNION
     SELECT archive_digest FROM planner.bundle WHERE archive_digest IS NOT NULL
     UNION
     SELECT unnest(d.artifacts) FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id
      WHERE t.ended_at IS NULL OR t.ended_at > now() - interval '${TRANSACTIONS_KEPT_DAYS} days'`,
  );
  return new Set(rows.map(({ digest }) => digest));
}
