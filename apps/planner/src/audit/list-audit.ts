import type { EntityManager } from 'typeorm';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { AuditEntryDto, AuditQuery } from './audit.dto';
import { AuditRow } from './audit.entity';

/** Entries, newest first; of one project, or (null) all that there are. */
export async function listAudit(
  on: EntityManager,
  project: string | null,
  query: AuditQuery,
): Promise<Page<AuditEntryDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.id)?.[0];
  const select = on.createQueryBuilder(AuditRow, 'a').where('true');
  if (project !== null) select.andWhere('a.project = :project', { project });
  if (query.who !== undefined) select.andWhere('a.who = :who', { who: query.who });
  if (query.what !== undefined) select.andWhere('a.what = :what', { what: query.what });
  if (query.outcome !== undefined) select.andWhere('a.outcome = :outcome', { outcome: query.outcome });
  if (query.from !== undefined) select.andWhere('a.from_address = :from', { from: query.from });
  if (query.since !== undefined) select.andWhere('a.at >= :since', { since: new Date(query.since) });
  if (query.until !== undefined) select.andWhere('a.at < :until', { until: new Date(query.until) });
  if (after !== undefined)
    select.andWhere('(a.at, a.id) < (SELECT at, id FROM planner.audit WHERE id = :after)', { after });
  const rows = await select
    .orderBy('a.at', 'DESC')
    .addOrderBy('a.id', 'DESC')
    .take(query.limit + 1)
    .getMany();
  return pageOf(rows, query.limit, (row) => [row.id], auditView);
}

function auditView({ at, fromAddress: from, ...row }: AuditRow): AuditEntryDto {
  return { ...row, from, at: at.toISOString() };
}
