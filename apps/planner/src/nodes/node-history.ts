import { randomUUID } from 'node:crypto';
import { storableJson } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { CURSOR_PART, cursorTime, type Page, pageOf, readCursor, timeOfCursor } from '../http/paging';
import type { NodeHistoryKind, NodeHistoryRow } from './node-history.entity';
import type { NodeState } from './node-states';

/** An entry as it is written; database time tells when. */
export interface NodeHistoryEntry {
  /** Absent: drawn. */
  readonly id?: string;
  readonly nodeId: string;
  readonly kind: NodeHistoryKind;
  readonly from?: NodeState;
  readonly to?: NodeState;
  readonly who: string | null;
  readonly transaction?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Writes entries in the database transaction of what they tell. One statement. */
export async function writeHistory(on: EntityManager, entries: readonly NodeHistoryEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await rowsOf(
    on,
    `INSERT INTO planner.node_history (id, node_id, at, kind, from_state, to_state, who, transaction_id, data)
     SELECT e.id, e.node_id, clock_timestamp(), e.kind, e.from_state, e.to_state, e.who, e.transaction_id, e.data
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::jsonb[])
       AS e (id, node_id, kind, from_state, to_state, who, transaction_id, data)`,
    [
      entries.map(({ id }) => id ?? randomUUID()),
      entries.map(({ nodeId }) => nodeId),
      entries.map(({ kind }) => kind),
      entries.map(({ from }) => from ?? null),
      entries.map(({ to }) => to ?? null),
      entries.map(({ who }) => who),
      entries.map(({ transaction }) => transaction ?? null),
      entries.map(({ data }) => storableJson(data ?? {})),
    ],
  );
}

/** An entry as it is read. */
export interface NodeHistoryView {
  readonly at: string;
  readonly kind: NodeHistoryKind;
  readonly from: NodeState | null;
  readonly to: NodeState | null;
  readonly who: string | null;
  readonly transaction: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Entries of one node, newest first. */
export async function listHistory(
  on: EntityManager,
  nodeId: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<NodeHistoryView>> {
  const [at = null, id = null] = readCursor(page.cursor, CURSOR_PART.time, CURSOR_PART.id) ?? [];
  const rows = await rowsOf<HistorySql>(
    on,
    `SELECT id, ${cursorTime('at')} AS place, at, kind, from_state, to_state, who, transaction_id, data FROM planner.node_history
     WHERE node_id = $1 AND ($3::uuid IS NULL OR (at, id) < (${timeOfCursor('$2')}, $3))
     ORDER BY at DESC, id DESC LIMIT $4`,
    [nodeId, at, id, page.limit + 1],
  );
  return pageOf(
    rows,
    page.limit,
    (row) => [row.place, row.id],
    (row) => ({
      at: row.at.toISOString(),
      kind: row.kind,
      from: row.from_state,
      to: row.to_state,
      who: row.who,
      transaction: row.transaction_id,
      data: row.data,
    }),
  );
}

interface HistorySql extends Pick<NodeHistoryRow, 'id' | 'at' | 'kind' | 'who' | 'data'> {
  readonly place: string;
  readonly from_state: NodeState | null;
  readonly to_state: NodeState | null;
  readonly transaction_id: string | null;
}
