import type { AttemptResult } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** An attempt that was to be ended, of which no node has confirmed that it has. */
export interface UnconfirmedEnd {
  readonly task: string;
  readonly node: string;
  readonly attempt: number;
  /** When it was given up to ask; ISO 8601 UTC. */
  readonly since: string;
  readonly text: string;
}

interface StoredEnd {
  readonly task: string;
  readonly attempt: number;
  readonly since: Date;
  readonly created_at: Date;
  readonly result: AttemptResult | null;
}

/**
 * What may still run on nodes: attempts that were cancelled or timed out without the node's word, or whose transaction
 * was closed by force. It is confirmed by any command that has ended on the node since: a busy node starts none.
 * Cost: little, where there are none.
 */
export async function unconfirmedEnds(on: EntityManager, transaction: string): Promise<readonly UnconfirmedEnd[]> {
  const ends = await rowsOf<StoredEnd>(
    on,
    `SELECT a.task, a.attempt, coalesce(a.ended_at, d.ended_at) AS since, d.created_at, a.result
     FROM planner.attempt a JOIN planner.deployment d ON d.id = a.deployment_id
     WHERE d.transaction_id = $1
       AND (a.result->>'confirmed' = 'false' OR a.result->>'kind' = 'lost' AND d.ended_at IS NOT NULL OR d.force_closed AND a.ended_at IS NULL)
     ORDER BY a.task COLLATE "C", a.attempt`,
    [transaction],
  );
  const open: UnconfirmedEnd[] = [];
  for (const end of ends) {
    const node = end.task.slice(end.task.lastIndexOf('@') + 1);
    if (await hasEndedSince(on, node, end)) continue;
    const { task, attempt, since, result } = end;
    open.push({ task, node, attempt, since: since.toISOString(), text: textOf(node, result) });
  }
  return open;
}

async function hasEndedSince(on: EntityManager, node: string, { created_at, since }: StoredEnd): Promise<boolean> {
  const rows = await rowsOf(
    on,
    `SELECT 1 FROM planner.deployment d JOIN planner.attempt a ON a.deployment_id = d.id
     WHERE d.created_at >= $1 AND a.started_at >= $2 AND a.result->>'kind' IN ('exited', 'signalled')
       AND right(a.task, length($3::text) + 1) = '@' || $3::text LIMIT 1`,
    [created_at, since, node],
  );
  return rows.length > 0;
}

function textOf(node: string, result: AttemptResult | null): string {
  if (result === null) return `node ${node} was not asked to end it`;
  if (result.kind === 'lost') return `node ${node} could not tell what became of it: ${result.detail}`;
  return `could not reach node ${node} to confirm that it has ended`;
}
