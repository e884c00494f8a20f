import { storableJson } from '@muster/model';
import { problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/**
 * Keeps with the transaction why its last deployment failed before its tasks had ended: executors could not read what is
 * stored of it, or not carry it on. Does nothing where every task has ended: their states say why.
 */
export async function tellUnread(on: EntityManager, transaction: string, text: string | null): Promise<void> {
  const summary = text ?? 'The executor gave no reason.';
  const problems = [problem('DEPLOY_UNREADABLE', { subject: `transaction ${transaction}`, summary })];
  await rowsOf(
    on,
    `UPDATE planner.transaction SET problems = $2::jsonb WHERE id = $1 AND EXISTS (
       SELECT 1 FROM planner.task
       WHERE ended_at IS NULL AND deployment_id = (
         SELECT id FROM planner.deployment WHERE transaction_id = $1 ORDER BY run DESC LIMIT 1))
     RETURNING 1`,
    [transaction, storableJson(problems)],
  );
}
