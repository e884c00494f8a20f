import { type ArtifactStore, removeUnused } from '@muster/storage';
import type { DataSource } from 'typeorm';
import { rowsOf } from '../database/sql';
import { forgetAudit } from '../audit/write-audit';
import { forgetPast } from '../nodes/forget-past';
import { forgetOperations } from '../operations/operations';
import { forgetExpiredKeys } from '../idempotency/idempotency';
import { forgetStates } from '../previous/forget-states';
import { usedArtifacts } from '../artifacts/used-artifacts';
import { forgetPublications } from '../publications/forget-publications';
import { forgetOutput } from '../retention/forget-output';
import { forgetEvents, forgetTransactions, type RetentionConfig } from '../retention/retention';
import { Loop } from './loop';

const EVERY_MS = 10 * 60_000;
/** Plans that nobody deployed by then are forgotten; deploying one asks for a new plan. */
const PLANS_KEPT_DAYS = 30;

/** What came of webhooks' tries. */
const DELIVERIES_KEPT_DAYS = 14;

/** What was put within it may be about to be referred to. */
const ARTIFACTS_YOUNG_MS = 24 * 3_600_000;

/** Forgets what nobody is promised any more. */
export function keepHouse(
  database: DataSource,
  artifacts: ArtifactStore,
  retention: RetentionConfig,
  onFailure: (error: unknown) => void,
): Loop {
  return new Loop({
    everyMs: EVERY_MS,
    onFailure,
    turn: async () => {
      await database.transaction((on) => forgetTransactions(on, retention));
      await database.transaction((on) => forgetOutput(on, retention));
      await forgetEvents(database.manager, retention);
      await forgetExpiredKeys(database);
      await forgetAudit(database.manager);
      await forgetPast(database.manager);
      await forgetOperations(database.manager);
      await rowsOf(
        database.manager,
        `DELETE FROM planner.plan p WHERE created_at < now() - interval '${PLANS_KEPT_DAYS} days' AND NOT EXISTS (
           SELECT 1 FROM planner.transaction t JOIN planner.deployment d ON d.transaction_id = t.id
           WHERE t.cluster_id = p.cluster_id AND d.digest = p.digest) RETURNING 1`,
      );
      await rowsOf(
        database.manager,
        `DELETE FROM planner.webhook_delivery WHERE at < now() - interval '${DELIVERIES_KEPT_DAYS} days' RETURNING 1`,
      );
      await forgetStates(database.manager);
      await forgetPublications(database.manager);
      await removeUnused(artifacts, await usedArtifacts(database.manager), ARTIFACTS_YOUNG_MS);
      return false;
    },
  });
}
