import { type ClusterSpec, type Json, maskSecrets } from '@muster/model';
import { type EntityManager, LessThan } from 'typeorm';
import { rowsOf } from '../database/sql';
import { CURSOR_PART, type Page, pageOf, type PageQuery, readCursor } from '../http/paging';
import type { AppliedClusterDto, ClusterDto, ClusterQuery, ClusterSummaryDto } from './cluster.dto';
import type { RevisionDto, RevisionSummaryDto } from './revision.dto';
import { ClusterRow } from './cluster.entity';
import { findRevision } from './find-cluster';
import { etagOf, type RevisedCluster } from './revise-cluster';
import { RevisionRow } from './revision.entity';

/** Clusters by name. */
export async function listClusters(
  on: EntityManager,
  project: string,
  query: ClusterQuery,
): Promise<Page<ClusterSummaryDto>> {
  const { environment, release, text } = query;
  const after = readCursor(query.cursor, CURSOR_PART.name)?.[0];
  const select = on
    .createQueryBuilder(ClusterRow, 'c')
    .innerJoin(RevisionRow, 'r', 'r.clusterId = c.id AND r.number = c.headRevision')
    .where('c.project = :project', { project });
  if (after !== undefined) select.andWhere('c.name > :after', { after });
  if (environment !== undefined) select.andWhere("r.content->>'environment' = :environment", { environment });
  if (release !== undefined)
    select.andWhere("(r.content->>'release' = :release OR starts_with(r.content->>'release', :any))", {
      release,
      any: `${release}@`,
    });
  if (text !== undefined) select.andWhere('strpos(lower(c.name), lower(:text)) > 0', { text });
  const rows = await select
    .orderBy('c.name')
    .limit(query.limit + 1)
    .getMany();
  const heads = await rowsOf<{ cluster_id: string; content: ClusterSpec }>(
    on,
    'SELECT r.cluster_id, r.content FROM planner.revision r JOIN planner.cluster c ON c.id = r.cluster_id AND c.head_revision = r.number WHERE c.id = ANY($1::uuid[])',
    [rows.map((row) => row.id)],
  );
  const contents = new Map(heads.map((head) => [head.cluster_id, head.content]));
  return pageOf(
    rows,
    query.limit,
    (row) => [row.name],
    (row) => clusterSummary(row, contents.get(row.id) ?? null),
  );
}

export async function clusterView(on: EntityManager, row: ClusterRow): Promise<ClusterDto> {
  const head = await findRevision(on, row, row.headRevision);
  return { ...clusterSummary(row, head.content), etag: etagOf(head), content: masked(head.content) };
}

function clusterSummary(row: ClusterRow, content: ClusterSpec | null): ClusterSummaryDto {
  return {
    name: row.name,
    environment: content?.environment ?? null,
    release: content?.release ?? null,
    plugins: [...(content?.plugins ?? [])],
    revision: row.headRevision,
    liveRevision: row.liveRevision,
    nodes: content?.nodes.length ?? 0,
    createdAt: row.createdAt.toISOString(),
  };
}

export function appliedView(applied: RevisedCluster): AppliedClusterDto {
  return { ...applied, acceptedHostKeys: [...applied.acceptedHostKeys], problems: [...applied.problems] };
}

/** Revisions, newest first. */
export async function listRevisions(
  on: EntityManager,
  cluster: ClusterRow,
  query: PageQuery,
): Promise<Page<RevisionSummaryDto>> {
  const before = readCursor(query.cursor, CURSOR_PART.integer)?.[0];
  const rows = await on.find(RevisionRow, {
    where: { clusterId: cluster.id, ...(before === undefined ? {} : { number: LessThan(Number(before)) }) },
    order: { number: 'DESC' },
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [String(row.number)], revisionSummary);
}

export function revisionView(row: RevisionRow): RevisionDto {
  return { ...revisionSummary(row), content: masked(row.content) };
}

function revisionSummary(row: RevisionRow): RevisionSummaryDto {
  const { number, hash, why, change } = row;
  return { number, hash, createdAt: row.createdAt.toISOString(), who: row.createdBy, why, change };
}

function masked(content: ClusterSpec): object {
  return maskSecrets(content as unknown as Json) as object;
}
