import { isDeploymentEnd, storableJson } from '@muster/model';
import { problem } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { writeOutgoing } from '../outgoing/write-outgoing';
import { endOnNodes } from './deployment-node-states';
import { startCommandOf } from './insert-deployment';
import { recordControl } from './store-controls';
import { findTransaction } from './transaction-status';
import { tellEnd } from './tell-end';
import { TransactionRow } from './transaction.entity';

/** Names told in one sentence. */
const NAMED_MAX = 20;

/**
 * Ends a transaction without its executors: at once here, and there as soon as one of them reads the command. What ran is
 * not asked; the transaction says where something may still run. Of one that has ended only the claims are freed. The
 * same id again changes nothing.
 */
export async function forceClose(
  database: DataSource,
  project: string,
  transaction: string,
  command: string,
  { who, why }: { readonly who: string; readonly why: string | null },
): Promise<void> {
  await findTransaction(database.manager, project, transaction);
  await database.transaction(async (on) => {
    const deployments = await rowsOf<{ id: string; run: number }>(
      on,
      'SELECT id, run FROM planner.deployment WHERE transaction_id = $1 ORDER BY run FOR UPDATE',
      [transaction],
    );
    await rowOf(on, 'SELECT 1 FROM planner.transaction WHERE id = $1 FOR UPDATE', [transaction]);
    const row = await on.findOneByOrFail(TransactionRow, { id: transaction });
    const isNew = await recordControl(
      on,
      { id: command, transactionId: transaction, run: row.runs, verb: 'force-close', details: {}, who, why },
      true,
    );
    if (!isNew) return;
    const text = `force-closed by ${why === null ? who : `${who}: ${why}`}`;
    if (!isDeploymentEnd(row.state)) await endByForce(on, row, text);
    const last = deployments.at(-1);
    if (last !== undefined) {
      // Nobody waits for answers any more, and the line must not be held up by what nobody answers.
      await rowsOf(
        on,
        "UPDATE planner.outgoing SET answered_at = now(), body = '{}' WHERE deployment_id = ANY($1::uuid[]) AND answered_at IS NULL RETURNING 1",
        [deployments.map(({ id }) => id)],
      );
      const ids = deployments.map(({ id }) => id);
      const body = { transaction, starts: ids.map(startCommandOf), deployments: ids, who, why };
      await writeOutgoing(on, command, last.id, { kind: 'close', body });
    }
    const subject = { transaction, cluster: row.cluster };
    await writeFeedEvents(on, row.project, [
      { type: 'transaction.control', at: null, subject, data: { command, verb: 'force-close', who, why } },
    ]);
    if (!isDeploymentEnd(row.state)) await tellEnd(on, row.id, { state: 'cancelled', text }, null);
  });
}

async function endByForce(on: EntityManager, { id }: TransactionRow, text: string): Promise<void> {
  const running = await rowsOf<{ task: string }>(
    on,
    // Lost is not known to have ended either; one that was tried and is ready again does not run.
    `SELECT t.task FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id
     WHERE d.transaction_id = $1 AND d.ended_at IS NULL AND t.state IN ('running', 'lost') ORDER BY t.task COLLATE "C"`,
    [id],
  );
  await rowsOf(
    on,
    `UPDATE planner.task AS t SET ended_at = now(),
       state = CASE WHEN t.attempts = 0 THEN 'not-run' ELSE 'cancelled' END,
       reason = $2::text || CASE WHEN t.state IN ('running', 'lost') THEN '; it may still run on its node' ELSE '' END
     FROM planner.deployment d
     WHERE d.id = t.deployment_id AND d.transaction_id = $1 AND d.ended_at IS NULL AND t.ended_at IS NULL
     RETURNING 1`,
    [id, text],
  );
  const ended = await rowsOf<{ id: string }>(
    on,
    `UPDATE planner.deployment SET state = 'cancelled', ended_at = now(), force_closed = true
     WHERE transaction_id = $1 AND ended_at IS NULL RETURNING id`,
    [id],
  );
  for (const { id: deployment } of ended) await endOnNodes(on, deployment);
  const tasks = running.map(({ task }) => task);
  const named = tasks.slice(0, NAMED_MAX).join(', ');
  const more = tasks.length > NAMED_MAX ? ` and ${tasks.length - NAMED_MAX} more` : '';
  const left = tasks.length === 0 ? 'No task was known to run.' : `These may still run: ${named}${more}.`;
  const summary = `It was ${text}. ${left}`;
  const warning = problem('DEPLOY_FORCE_CLOSED', { subject: `transaction ${id}`, summary });
  await rowsOf(
    on,
    `UPDATE planner.transaction SET state = 'cancelled', ended_at = now(), advance_due = false, stop_asked = NULL, problems = $2::jsonb
     WHERE id = $1 RETURNING 1`,
    [id, storableJson([warning])],
  );
}
