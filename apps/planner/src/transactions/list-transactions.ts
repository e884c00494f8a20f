import { type DeploymentStatus } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { CURSOR_PART, cursorTime, type Page, pageOf, readCursor, timeOfCursor } from '../http/paging';
import { iso } from './status-tasks';
import { isRefused } from './transaction-status';

export interface TransactionSummary {
  readonly transaction: string;
  readonly cluster: string;
  readonly revision: number;
  readonly state: DeploymentStatus;
  readonly graphs: readonly string[];
  readonly who: string;
  readonly why: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Its start was refused; the problems say why. */
  readonly refused: boolean;
  readonly problems: readonly Problem[];
}

interface Listed {
  readonly place: string;
  readonly id: string;
  readonly cluster: string;
  readonly revision: number;
  readonly state: DeploymentStatus;
  readonly graphs: string[];
  readonly who: string;
  readonly why: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly problems: Problem[];
}

/** Transactions, newest first. */
export async function listTransactions(
  on: EntityManager,
  project: string,
  filter: {
    readonly cluster?: string;
    readonly state?: readonly DeploymentStatus[];
    readonly who?: string;
    /** ISO 8601. */
    readonly since?: string;
    readonly limit: number;
    readonly cursor?: string;
  },
): Promise<Page<TransactionSummary>> {
  const [at = null, id = null] = readCursor(filter.cursor, CURSOR_PART.time, CURSOR_PART.id) ?? [];
  const rows = await rowsOf<Listed>(
    on,
    `SELECT ${cursorTime('created_at')} AS place, id, cluster, revision, state, graphs, who, why, created_at, started_at, ended_at, problems FROM planner.transaction
     WHERE project = $1 AND ($2::text IS NULL OR cluster = $2) AND ($3::text[] IS NULL OR state = ANY($3))
       AND ($4::uuid IS NULL OR (created_at, id) < (${timeOfCursor('$8')}, $4))
       AND ($6::text IS NULL OR who = $6) AND ($7::timestamptz IS NULL OR created_at >= $7)
     ORDER BY created_at DESC, id DESC LIMIT $5`,
    [
      project,
      filter.cluster ?? null,
      filter.state ?? null,
      id,
      filter.limit + 1,
      filter.who ?? null,
      filter.since ?? null,
      at,
    ],
  );
  return pageOf(
    rows,
    filter.limit,
    (row) => [row.place, row.id],
    (row) => ({
      transaction: row.id,
      cluster: row.cluster,
      revision: row.revision,
      state: row.state,
      graphs: row.graphs,
      who: row.who,
      why: row.why,
      createdAt: row.created_at.toISOString(),
      startedAt: iso(row.started_at),
      endedAt: iso(row.ended_at),
      refused: isRefused({ problems: row.problems, startedAt: row.started_at }),
      problems: row.problems,
    }),
  );
}
