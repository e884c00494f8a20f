import { DEFAULT_PROJECT } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { EVERY_PROJECT, rolesIn } from '../identity/grants';
import { CURSOR_PART, type Page, pageOf, type PageQuery, readCursor } from '../http/paging';
import type { Person } from '../http/principal';
import type { ProjectDto } from './project.dto';

/** Transactions named in a refusal. */
const NAMED_MAX = 20;

/** The projects in which the caller has a role, by name. */
export async function listProjects(on: EntityManager, caller: Person, query: PageQuery): Promise<Page<ProjectDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.name)?.[0] ?? '';
  const everywhere = rolesIn(caller.grants, EVERY_PROJECT).length > 0;
  const rows = await on
    .createQueryBuilder(ProjectRow, 'p')
    .where('p.name > :after', { after })
    .andWhere(everywhere ? 'true' : 'p.name = ANY (:names)', { names: Object.keys(caller.grants) })
    .orderBy('p.name')
    .take(query.limit + 1)
    .getMany();
  return pageOf(
    rows,
    query.limit,
    (row) => [row.name],
    (row) => projectView(row, caller),
  );
}

/** Throws `API_NOT_FOUND`, also for one in which the caller has no role. */
export async function findProject(on: EntityManager, caller: Person, name: string): Promise<ProjectRow> {
  const row = rolesIn(caller.grants, name).length === 0 ? null : await on.findOneBy(ProjectRow, { name });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `project ${name.slice(0, 128)}`,
      summary: 'There is no such project, or you have no role in it.',
    }),
  ]);
}

/** Throws `PROJECT_EXISTS`. */
export async function createProject(database: DataSource, name: string, who: string): Promise<ProjectRow> {
  return database.transaction(async (on) => {
    const made = await rowOf(
      on,
      'INSERT INTO planner.project (name, created_by) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING name',
      [name, who],
    );
    const row = await on.findOneByOrFail(ProjectRow, { name });
    if (made === null)
      throw new ProblemsError([
        problem('PROJECT_EXISTS', {
          subject: `project ${name}`,
          summary: `It was made by ${row.createdBy} at ${row.createdAt.toISOString()}.`,
        }),
      ]);
    await writeFeedEvents(on, name, [{ type: 'project.created', at: null, subject: {}, data: { project: name, who } }]);
    return row;
  });
}

/** Makes a project one that is only read, or takes it back into use; what is so already stays. */
export async function setArchived(database: DataSource, name: string, archived: boolean, who: string): Promise<void> {
  if (name === DEFAULT_PROJECT)
    throw new ProblemsError([
      problem('API_FORBIDDEN', {
        subject: `project ${name}`,
        summary: 'The default project is always in use.',
        remedy: 'Archive another one.',
      }),
    ]);
  await database.transaction(async (on) => {
    const row = await rowOf<{ archived_at: Date | null }>(
      on,
      'SELECT archived_at FROM planner.project WHERE name = $1 FOR UPDATE',
      [name],
    );
    if (row === null || (row.archived_at !== null) === archived) return;
    if (archived) await refuseBusy(on, name);
    await rowsOf(
      on,
      'UPDATE planner.project SET archived_at = CASE WHEN $2 THEN now() END WHERE name = $1 RETURNING 1',
      [name, archived],
    );
    await writeFeedEvents(on, name, [
      { type: archived ? 'project.archived' : 'project.restored', at: null, subject: {}, data: { project: name, who } },
    ]);
  });
}

async function refuseBusy(on: EntityManager, name: string): Promise<void> {
  const running = await rowsOf<{ id: string; cluster: string; state: string }>(
    on,
    `SELECT id, cluster, state FROM planner.transaction WHERE project = $1 AND ended_at IS NULL ORDER BY created_at, id LIMIT ${NAMED_MAX}`,
    [name],
  );
  if (running.length === 0) return;
  throw new ProblemsError(
    running.map(({ id, cluster, state }) =>
      problem('PROJECT_BUSY', {
        subject: `project ${name}`,
        summary: `Transaction ${id} of cluster ${cluster} is ${state}.`,
      }),
    ),
  );
}

/** As the API shows it to the caller. */
export function projectView(row: ProjectRow, caller: Person): ProjectDto {
  return {
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    roles: [...rolesIn(caller.grants, row.name)],
  };
}
