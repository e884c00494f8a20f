import { fitsRelease } from '@muster/catalog';
import type { BundleKind } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { BundleQuery, BundleSummaryDto } from './bundle.dto';
import type { BundleRow } from './bundle.entity';
import { versionOrder } from './version-order';

export interface ListedBundle {
  readonly name: string;
  readonly version: string;
  readonly title: string | null;
  readonly digest: string;
  readonly published_at: Date;
  readonly published_by: string;
  readonly retired_at: Date | null;
  readonly releases: readonly string[];
}

/** One page by name, then by version (1.9.0 before 1.10.0). */
export async function listBundles(
  on: EntityManager,
  project: string,
  kind: BundleKind,
  query: BundleQuery,
): Promise<Page<BundleSummaryDto>> {
  const release = query.fits === undefined ? null : await releaseToFit(on, project, kind, query.fits);
  const wanted = query.limit + 1;
  const found: ListedBundle[] = [];
  let after = readCursor(query.cursor, CURSOR_PART.name, CURSOR_PART.version);
  // Ranges are not for the database to compare: so many rows are read as the page needs.
  for (;;) {
    const rows = await readRows(on, project, kind, query, after, wanted);
    found.push(...rows.filter((row) => release === null || fitsRelease(row.releases, release)));
    const last = rows.at(-1);
    if (found.length >= wanted || rows.length < wanted || last === undefined) break;
    after = [last.name, last.version];
  }
  return pageOf(found, query.limit, (row) => [row.name, row.version], summaryOf);
}

function readRows(
  on: EntityManager,
  project: string,
  kind: BundleKind,
  { name, search, retired }: BundleQuery,
  after: readonly string[] | null,
  limit: number,
): Promise<ListedBundle[]> {
  const [afterName, afterVersion] = after ?? [null, null];
  const order = versionOrder('version').join(', ');
  return rowsOf<ListedBundle>(
    on,
    `SELECT name, version, content->>'title' AS title, digest, published_at, published_by, retired_at,
            content->'releases' AS releases
       FROM planner.bundle
      WHERE project = $1 AND kind = $2
        AND ($3::text IS NULL OR (name, ${order}) > ($3, ${versionOrder('$4::text').join(', ')}))
        AND ($5::text IS NULL OR name = $5)
        AND ($6::text IS NULL OR strpos(lower(name || ' ' || coalesce(content->>'title', '')), lower($6)) > 0)
        AND ($7::boolean IS NULL OR (retired_at IS NOT NULL) = $7)
      ORDER BY name, ${order} LIMIT $8`,
    [project, kind, afterName, afterVersion, name ?? null, search ?? null, retired ?? null, limit],
  );
}

/** Throws `API_INVALID` where the filter makes no sense, `API_NOT_FOUND` if the release is not published. */
async function releaseToFit(
  on: EntityManager,
  project: string,
  kind: BundleKind,
  reference: string,
): Promise<{ readonly name: string; readonly version: string }> {
  const at = reference.indexOf('@');
  const [name, version] = [reference.slice(0, at), reference.slice(at + 1)];
  if (kind !== 'plugin' || at < 1)
    throw new ProblemsError([
      problem('API_INVALID', {
        subject: 'field fits',
        summary: 'It is for plugins, and names the release that they are to fit.',
        remedy: 'Write fits=name@version.',
        place: { path: 'fits' },
      }),
    ]);
  const found = await rowsOf<{ bases: [] | null }>(
    on,
    `SELECT content->'bases' AS bases FROM planner.bundle
      WHERE project = $1 AND kind = 'release' AND name = $2 AND version = $3`,
    [project, name, version],
  );
  if (found[0] === undefined)
    throw new ProblemsError([
      problem('API_NOT_FOUND', { subject: `release ${reference.slice(0, 200)}`, summary: 'It is not published.' }),
    ]);
  return { name, version, ...(found[0].bases === null ? {} : { bases: found[0].bases }) };
}

export function summaryOf(row: ListedBundle): BundleSummaryDto {
  return {
    name: row.name,
    version: row.version,
    title: row.title,
    digest: row.digest,
    publishedAt: row.published_at.toISOString(),
    publishedBy: row.published_by,
    retiredAt: row.retired_at?.toISOString() ?? null,
  };
}

/** A row as lists show it. */
export function listedRow(row: BundleRow): ListedBundle {
  return {
    name: row.name,
    version: row.version,
    title: row.content.title,
    digest: row.digest,
    published_at: row.publishedAt,
    published_by: row.publishedBy,
    retired_at: row.retiredAt,
    releases: row.content.releases,
  };
}
