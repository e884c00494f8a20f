import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { moveNodes } from '../nodes/move-nodes';
import { type GraphPurpose, type NodeMoveName, purposeOf } from '../nodes/node-states';

const STARTS = {
  provision: 'provision-start',
  deploy: 'deploy-start',
  remove: 'remove-start',
} as const satisfies Record<Exclude<GraphPurpose, 'none'>, NodeMoveName>;

const SUCCESSES = {
  provision: 'provision-succeed',
  deploy: 'deploy-succeed',
  remove: 'remove-succeed',
} as const satisfies Record<Exclude<GraphPurpose, 'none'>, NodeMoveName>;

interface Work {
  readonly graph_type: string;
  readonly works_on: string[];
  readonly project: string;
  readonly transaction_id: string;
  readonly who: string;
  readonly noop: boolean;
  readonly partial: boolean;
}

/**
 * The nodes that a deployment works on are busy from now. Once an executor has accepted it, and not before: then it has
 * claimed them, and no other deployment is at work on them whose end would be told of nodes that are in another's hands.
 */
export async function beginOnNodes(on: EntityManager, deployment: string): Promise<void> {
  const work = await workOf(on, deployment);
  if (work === null) return;
  const rows = await rowsOf<{ id: string }>(
    on,
    'SELECT id FROM planner.node WHERE project = $1 AND name = ANY($2::text[])',
    [work.project, work.works_on],
  );
  const ids = rows.map(({ id }) => id);
  await moveNodes(on, ids, STARTS[work.purpose], { who: work.who, transaction: work.transaction_id });
}

/** A deployment has ended, however: each of its nodes is what came of its tasks there; of one that never began, what it was. */
export async function endOnNodes(on: EntityManager, deployment: string): Promise<void> {
  const work = await workOf(on, deployment);
  if (work === null) return;
  const rows = await rowsOf<{ id: string; failed: boolean | null; succeeded: boolean | null }>(
    on,
    `SELECT n.id, t.failed, t.succeeded FROM planner.node n LEFT JOIN (
       SELECT regexp_replace(task, '^.*@', '') AS name, bool_or(state IN ('failed', 'lost')) AS failed,
         bool_and(state IN ('succeeded', 'skipped')) AS succeeded
       FROM planner.task WHERE deployment_id = $1 GROUP BY 1
     ) AS t ON t.name = n.name
     WHERE n.project = $2 AND n.name = ANY($3::text[])`,
    [deployment, work.project, work.works_on],
  );
  const moves = new Map<NodeMoveName, string[]>();
  for (const { id, failed, succeeded } of rows) {
    const move = failed === true ? 'fail' : succeeded === false ? 'stop' : success(work);
    moves.set(move, [...(moves.get(move) ?? []), id]);
  }
  for (const [move, ids] of moves) await moveNodes(on, ids, move, { who: work.who, transaction: work.transaction_id });
}

function success({ partial, purpose }: { readonly partial: boolean; readonly purpose: keyof typeof SUCCESSES }) {
  return partial ? 'return' : SUCCESSES[purpose];
}

/** Null: it changes nothing about its nodes, or has not begun. */
async function workOf(
  on: EntityManager,
  deployment: string,
): Promise<(Work & { readonly purpose: keyof typeof STARTS }) | null> {
  const row = await rowOf<Work>(
    on,
    `SELECT d.graph_type, d.works_on, t.project, d.transaction_id, coalesce(d.who, t.who) AS who,
       t.options->>'noop' IS NOT DISTINCT FROM 'true' AS noop,
       coalesce(t.options->'tasks', 'null') <> 'null' OR coalesce(t.options->'subgraphs', 'null') <> 'null' AS partial
     FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id WHERE d.id = $1 AND d.started_at IS NOT NULL`,
    [deployment],
  );
  if (row === null || row.noop || row.works_on.length === 0) return null;
  const purpose = purposeOf(row.graph_type);
  return purpose === 'none' ? null : { ...row, purpose };
}
