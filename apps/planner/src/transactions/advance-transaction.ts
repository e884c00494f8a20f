import { ProblemsError } from '@muster/problems';
import { withScope } from '@muster/telemetry';
import type { EntityManager } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { rowOf, rowsOf } from '../database/sql';
import { findNodesWithJumps } from '../nodes/find-nodes';
import { keepPlan } from '../plans/keep-plan';
import { planCluster } from '../plans/plan-cluster';
import { planOptions } from '../plans/plan-options';
import { accessForPlan } from './deployment-nodes';
import { failTransaction } from './fail-start';
import { deploymentId, insertDeployment } from './insert-deployment';
import { type PreparedDeployment, prepareDeployment } from './prepare-deployment';
import type { StartParts } from './start-transaction';
import { TransactionRow } from './transaction.entity';

/** The oldest transaction whose next graph is due, but for `others`; null: none. */
export async function findDueTransaction(
  { database }: Pick<StartParts, 'database'>,
  others: readonly string[],
): Promise<string | null> {
  return (
    (
      await rowOf<{ id: string }>(
        database.manager,
        'SELECT id FROM planner.transaction WHERE advance_due AND id <> ALL ($1::uuid[]) ORDER BY created_at LIMIT 1',
        [others],
      )
    )?.id ?? null
  );
}

/**
 * Plans the next graph of a transaction under the revision that it began with, and sends it. Two planners may both plan;
 * the transaction's row lock lets one of them write. What cannot be planned ends the transaction as failed.
 */
export async function advanceTransaction(parts: StartParts, id: string): Promise<void> {
  const row = await parts.database.manager.findOneBy(TransactionRow, { id, advanceDue: true });
  if (row === null) return;
  const { project, requestId, traceparent } = row;
  const scope = {
    ...{ transaction: id, project },
    ...{ requestId: requestId ?? undefined, traceparent: traceparent ?? undefined },
  };
  await withScope(scope, () => advance(parts, row));
}

async function advance(parts: StartParts, row: TransactionRow): Promise<void> {
  const { id } = row;
  const prepared = await prepareNext(parts, row).catch((error: unknown) => {
    if (error instanceof ProblemsError) return error;
    throw error;
  });
  await parts.database.transaction(async (manager) => {
    const due = await rowOf(
      manager,
      'SELECT 1 FROM planner.transaction WHERE id = $1 AND advance_due AND runs = $2 FOR UPDATE',
      [id, row.runs],
    );
    if (due === null) return;
    if (prepared instanceof ProblemsError) return failTransaction(manager, id, prepared.problems);
    await rowsOf(
      manager,
      'UPDATE planner.transaction SET advance_due = false, runs = runs + 1 WHERE id = $1 RETURNING 1',
      [id],
    );
    await insertDeployment(manager, prepared);
  });
}

async function prepareNext(parts: StartParts, row: TransactionRow): Promise<PreparedDeployment> {
  const { manager } = parts.database;
  const graphIndex = await nextGraphIndex(manager, row.id);
  const graphType = row.graphs[graphIndex] ?? '';
  const cluster = await manager.findOneByOrFail(ClusterRow, { id: row.clusterId });
  const { noop } = row.options;
  const wish = { cluster, revision: row.revision, graphType, ...planOptions(row.options), noop, withRecords: true };
  const made = await planCluster(parts, wish);
  if (!made.ok) throw new ProblemsError(made.problems);
  await keepPlan(manager, made.planned, planOptions(row.options));
  const { outline, requires, graph, parameters, marks, records, release } = made.planned;
  const nodes = accessForPlan(outline, await findNodesWithJumps(manager, row.project, outline.machines));
  const run = row.runs + 1;
  return prepareDeployment(parts, {
    id: deploymentId(row.id, run),
    transaction: row.id,
    project: row.project,
    run,
    graphIndex,
    outline,
    requires,
    graph,
    parameters,
    marks,
    records,
    release,
    nodes,
    noop,
    final: graphIndex + 1 >= row.graphs.length,
    who: row.who,
    why: row.why,
  });
}

/** Place of the graph that comes after the last one that executors have accepted; one that they refused is planned again. */
async function nextGraphIndex(on: EntityManager, transaction: string): Promise<number> {
  const row = await rowOf<{ next: number }>(
    on,
    'SELECT coalesce(max(graph_index) + 1, 0) AS next FROM planner.deployment WHERE transaction_id = $1 AND started_at IS NOT NULL',
    [transaction],
  );
  return row?.next ?? 0;
}
