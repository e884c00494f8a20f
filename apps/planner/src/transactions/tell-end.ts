import type { DeploymentStatus } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';

export interface TransactionEnd {
  readonly state: DeploymentStatus;
  readonly text: string | null;
  readonly problems?: readonly Problem[];
}

/** Tells that a transaction has ended: with its id, who had wanted it (or its last run), and what came of it. `at` null: now. */
export async function tellEnd(on: EntityManager, id: string, end: TransactionEnd, at: number | null): Promise<void> {
  const row = await rowOf<{ project: string; cluster: string; who: string; runs: number }>(
    on,
    `SELECT t.project, t.cluster, t.runs, coalesce(d.who, t.who) AS who FROM planner.transaction t
     LEFT JOIN planner.deployment d ON d.transaction_id = t.id AND d.run = t.runs WHERE t.id = $1`,
    [id],
  );
  if (row === null) return;
  const { project, cluster, who, runs: run } = row;
  const { state, text, problems } = end;
  const data = { state, text, who, run, ...(problems === undefined ? {} : { problems }) };
  await writeFeedEvents(on, project, [{ type: 'transaction.ended', at, subject: { transaction: id, cluster }, data }]);
}
