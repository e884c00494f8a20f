import type { AttemptResult } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { AttemptDto, AttemptQuery } from './history.dto';

interface StoredAttempt {
  readonly run: number;
  readonly graph_type: string;
  readonly task: string;
  readonly attempt: number;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly result: AttemptResult | null;
  readonly executor: string | null;
  readonly out_from: number | null;
  readonly out_to: number | null;
  readonly err_from: number | null;
  readonly err_to: number | null;
}

const TASK = /^[^\s]{1,400}$/;

/** Every try of every task of a transaction, by run, task and attempt. */
export async function listAttempts(
  on: EntityManager,
  transaction: string,
  query: AttemptQuery,
): Promise<Page<AttemptDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.integer, TASK, CURSOR_PART.integer);
  const range = (stream: string, name: string) =>
    `LEFT JOIN LATERAL (SELECT min(start) AS first, max(start + length(bytes)) AS last FROM planner.output_chunk o
       WHERE o.deployment_id = a.deployment_id AND o.task = a.task AND o.attempt = a.attempt AND o.stream = '${stream}') AS ${name} ON true`;
  const rows = await rowsOf<StoredAttempt>(
    on,
    `SELECT a.*, out.first AS out_from, out.last AS out_to, err.first AS err_from, err.last AS err_to FROM (
       SELECT d.run, d.graph_type, a.* FROM planner.attempt a JOIN planner.deployment d ON d.id = a.deployment_id
       WHERE d.transaction_id = $1 AND ($2::text IS NULL OR a.task = $2)
         AND ($3::int IS NULL OR (d.run, a.task COLLATE "C", a.attempt) > ($3::int, $4::text COLLATE "C", $5::int))
       ORDER BY d.run, a.task COLLATE "C", a.attempt LIMIT $6) AS a
     ${range('stdout', 'out')} ${range('stderr', 'err')}
     ORDER BY a.run, a.task COLLATE "C", a.attempt`,
    [transaction, query.task ?? null, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, query.limit + 1],
  );
  return pageOf(rows, query.limit, (row) => [String(row.run), row.task, String(row.attempt)], shown);
}

function shown(row: StoredAttempt): AttemptDto {
  const { run, graph_type: graphType, task, attempt, result, executor } = row;
  return {
    ...{ run, graphType, task, attempt, executor },
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    end: result?.kind ?? null,
    exitCode: result?.kind === 'exited' ? result.code : null,
    output: { stdout: rangeOf(row.out_from, row.out_to), stderr: rangeOf(row.err_from, row.err_to) },
  };
}

function rangeOf(from: number | null, to: number | null): { from: number; to: number } | null {
  return from === null || to === null ? null : { from, to };
}
