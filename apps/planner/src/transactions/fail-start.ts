import { storableJson } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { forgetRecords, moveRecords } from '../previous/insert-records';
import { tellEnd } from './tell-end';
import { releaseClaims } from './release-claims';

/** The executors refused a deployment: it ends as failed with their problems, and so does its transaction. */
export async function failStart(on: EntityManager, deployment: string, problems: readonly Problem[]): Promise<void> {
  const ended = await rowOf<{ transaction_id: string; continues: string | null }>(
    on,
    "UPDATE planner.deployment SET state = 'failed', ended_at = now() WHERE id = $1 AND state = 'pending' AND last_seq = 0 RETURNING transaction_id, continues",
    [deployment],
  );
  // Events say that it runs: the refusal answers a second sending of a command that was taken before.
  if (ended === null) return;
  await rowsOf(
    on,
    "UPDATE planner.task SET state = 'not-run', ended_at = now(), reason = 'the deployment was refused' WHERE deployment_id = $1 AND ended_at IS NULL RETURNING 1",
    [deployment],
  );
  // Another try goes on from the same run.
  if (ended.continues === null) await forgetRecords(on, deployment);
  else await moveRecords(on, deployment, ended.continues);
  await failTransaction(on, ended.transaction_id, problems);
}

/** Ends a transaction that cannot start or go on; the problems say why. Does nothing to one that has ended. */
export async function failTransaction(on: EntityManager, id: string, problems: readonly Problem[]): Promise<void> {
  const row = await rowOf(
    on,
    `UPDATE planner.transaction SET state = 'failed', ended_at = now(), advance_due = false, problems = $2::jsonb
     WHERE id = $1 AND ended_at IS NULL RETURNING 1`,
    [id, storableJson(problems)],
  );
  if (row === null) return;
  await releaseClaims(on, id);
  const text = problems.map((each) => `${each.subject}: ${each.summary}`).join(' ');
  await tellEnd(on, id, { state: 'failed', text, problems }, null);
}
