import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { CURSOR_PART, cursorTime, type Page, pageOf, readCursor, timeOfCursor } from '../http/paging';
import type { InspectionState } from './inspection.entity';

export interface InspectionWish {
  /** Null: every node of the project that is not retired. */
  readonly nodes: readonly string[] | null;
  readonly who: string;
  readonly why: string | null;
}

/** Writes an inspection for planners to carry out. Throws `API_NOT_FOUND` and `NODE_STATE` for all nodes at once. */
export async function startInspection(
  on: EntityManager,
  id: string,
  project: string,
  { nodes, who, why }: InspectionWish,
): Promise<void> {
  if ((await rowOf(on, 'SELECT 1 FROM planner.inspection WHERE id = $1', [id])) !== null) return;
  const rows = await rowsOf<{ id: string; name: string; state: string }>(
    on,
    `SELECT id, name, state FROM planner.node WHERE project = $1
       AND CASE WHEN $2::text[] IS NULL THEN state <> 'retired' ELSE name = ANY ($2) END ORDER BY name COLLATE "C"`,
    [project, nodes],
  );
  const problems = [...missing(nodes ?? [], rows), ...rows.filter(({ state }) => state === 'retired').map(retired)];
  if (problems.length > 0) throw new ProblemsError(problems);
  if (rows.length === 0)
    throw new ProblemsError([
      problem('API_NOT_FOUND', {
        subject: 'nodes',
        summary: 'There is no node to be inspected.',
        remedy: 'Register some.',
      }),
    ]);
  await rowsOf(on, 'INSERT INTO planner.inspection (id, project, who, why) VALUES ($1, $2, $3, $4)', [
    id,
    project,
    who,
    why,
  ]);
  await rowsOf(
    on,
    'INSERT INTO planner.inspection_node (inspection_id, node_id) SELECT $1, id FROM unnest($2::uuid[]) AS id',
    [id, rows.map((row) => row.id)],
  );
  await writeFeedEvents(on, project, [
    { type: 'inspection.started', at: null, subject: {}, data: { inspection: id, nodes: rows.length, who, why } },
  ]);
}

function missing(asked: readonly string[], found: readonly { readonly name: string }[]): Problem[] {
  const names = new Set(found.map(({ name }) => name));
  return [...new Set(asked)]
    .filter((name) => !names.has(name))
    .map((name) =>
      problem('API_NOT_FOUND', {
        subject: `node ${name}`,
        summary: 'There is no such node.',
        remedy: '`muster node list` shows what is registered.',
      }),
    );
}

function retired({ name }: { readonly name: string }): Problem {
  return problem('NODE_STATE', { subject: `node ${name}`, summary: 'It is retired.' });
}

export interface InspectionView {
  readonly inspection: string;
  readonly who: string;
  readonly why: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly counts: Readonly<Record<InspectionState, number>>;
}

export interface InspectedView {
  readonly node: string;
  readonly state: InspectionState;
  readonly attempts: number;
  readonly problems: readonly Problem[];
  readonly endedAt: string | null;
}

interface InspectionSql {
  readonly id: string;
  readonly who: string;
  readonly why: string | null;
  readonly created_at: Date;
  readonly ended_at: Date | null;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
}

const COUNTS = ['waiting', 'running', 'succeeded', 'failed']
  .map((state) => `count(*) FILTER (WHERE n.state = '${state}')::int AS ${state}`)
  .join(', ');

/** Inspections, newest first. */
export async function listInspections(
  on: EntityManager,
  project: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<InspectionView>> {
  const [at = null, id = null] = readCursor(page.cursor, CURSOR_PART.time, CURSOR_PART.id) ?? [];
  const rows = await rowsOf<InspectionSql & { readonly place: string }>(
    on,
    `SELECT ${cursorTime('i.created_at')} AS place, i.id, i.who, i.why, i.created_at, i.ended_at, ${COUNTS}
     FROM planner.inspection i LEFT JOIN planner.inspection_node n ON n.inspection_id = i.id
     WHERE i.project = $1 AND ($2::uuid IS NULL OR (i.created_at, i.id) < (${timeOfCursor('$4')}, $2))
     GROUP BY i.id ORDER BY i.created_at DESC, i.id DESC LIMIT $3`,
    [project, id, page.limit + 1, at],
  );
  return pageOf(rows, page.limit, (row) => [row.place, row.id], viewOf);
}

/** One inspection with each of its nodes. Throws `API_NOT_FOUND`. */
export async function findInspection(
  on: EntityManager,
  project: string,
  id: string,
): Promise<InspectionView & { readonly nodes: readonly InspectedView[] }> {
  const row = CURSOR_PART.id.test(id)
    ? await rowOf<InspectionSql>(
        on,
        `SELECT i.id, i.who, i.why, i.created_at, i.ended_at, ${COUNTS}
         FROM planner.inspection i LEFT JOIN planner.inspection_node n ON n.inspection_id = i.id
         WHERE i.project = $1 AND i.id = $2 GROUP BY i.id`,
        [project, id],
      )
    : null;
  if (row === null)
    throw new ProblemsError([
      problem('API_NOT_FOUND', {
        subject: `inspection ${id.slice(0, 80)}`,
        summary: 'There is no such inspection.',
        remedy: 'List them with GET /api/v1/inspections.',
      }),
    ]);
  const nodes = await rowsOf<{
    name: string;
    state: InspectionState;
    attempts: number;
    problems: Problem[];
    ended_at: Date | null;
  }>(
    on,
    `SELECT n.name, i.state, i.attempts, i.problems, i.ended_at FROM planner.inspection_node i
     JOIN planner.node n ON n.id = i.node_id WHERE i.inspection_id = $1 ORDER BY n.name COLLATE "C"`,
    [id],
  );
  return {
    ...viewOf(row),
    nodes: nodes.map(({ name, state, attempts, problems, ended_at }) => ({
      node: name,
      state,
      attempts,
      problems,
      endedAt: ended_at?.toISOString() ?? null,
    })),
  };
}

function viewOf(row: InspectionSql): InspectionView {
  const { waiting, running, succeeded, failed } = row;
  return {
    inspection: row.id,
    who: row.who,
    why: row.why,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    counts: { waiting, running, succeeded, failed },
  };
}
