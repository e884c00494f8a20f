import { randomUUID } from 'node:crypto';
import type { Bundle, BundleKind } from '@muster/model';
import { hasErrors, problem, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import type { CheckedWhole, PlanRunner } from '../plans/plan-runner';
import { BundleRow } from './bundle.entity';
import { findBases } from './find-bases';
import { checkRanges } from './fitting-versions';
import type { KeptArchive } from './keep-archive';
import type { BundleUpload } from './read-upload';

export interface Published {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** Warnings only. */
  readonly problems: readonly Problem[];
  /** False: the same content was there already. */
  readonly isNew: boolean;
}

/** What was sent, read and stored. */
export interface SentBundle extends BundleUpload {
  readonly archive: KeptArchive | null;
}

/** Where it belongs, and who says so. */
export interface Publisher {
  readonly project: string;
  readonly kind: BundleKind;
  readonly who: string;
}

/**
 * Checks an uploaded bundle as a whole and publishes it. Throws `ProblemsError` with everything that is wrong with it,
 * or `BUNDLE_EXISTS` if its name and version stand for other content; then nothing was changed.
 */
export async function publishBundle(
  { database, runner }: { readonly database: DataSource; readonly runner: PlanRunner },
  by: Publisher,
  upload: SentBundle,
): Promise<Published> {
  const read = await runner.checkBundle(upload.entries);
  const ofReading = [...upload.problems, ...read.reading];
  if (read.bundle === null || hasErrors(ofReading)) throw new ProblemsError([...ofReading, ...read.findings]);
  if (read.bundle.kind !== by.kind) throw new ProblemsError([otherKind(by.kind, read.bundle.kind)]);
  const { bundle, findings } =
    read.needs.length === 0 ? read : await wholeBundle({ database, runner }, by.project, read.bundle);
  const problems = [...ofReading, ...findings];
  if (bundle === null || hasErrors(problems)) throw new ProblemsError(problems);
  const fitting = await checkRanges(database.manager, by.project, bundle);
  const isNew = await database.transaction((on) => insert(on, by, bundle, upload, ofReading));
  const { name, version } = bundle;
  return { name, version, digest: upload.digest, problems: [...problems, ...fitting], isNew };
}

/** The bundle with what it extends and includes: the newest versions within the ranges, of those that are published now. */
async function wholeBundle(
  { database, runner }: { readonly database: DataSource; readonly runner: PlanRunner },
  project: string,
  bundle: Bundle,
): Promise<CheckedWhole> {
  const { found, problems } = await findBases(database.manager, project, bundle);
  if (problems.length > 0) return { bundle: null, findings: problems };
  return runner.checkWhole({ bundle, found });
}

async function insert(
  on: EntityManager,
  { project, kind, who }: Publisher,
  bundle: Bundle,
  { digest, archive }: SentBundle,
  problems: readonly Problem[],
): Promise<boolean> {
  const { name, version } = bundle;
  const inserted = await rowOf(
    on,
    `INSERT INTO planner.bundle
       (id, project, kind, name, version, digest, content, published_by, archive_digest, archive_size, archive_gzipped, problems)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12::jsonb)
     ON CONFLICT (project, kind, name, version) DO NOTHING RETURNING id`,
    [
      ...[randomUUID(), project, kind, name, version, digest, JSON.stringify(bundle), who],
      ...[archive?.digest ?? null, archive?.size ?? null, archive?.gzipped ?? null, JSON.stringify(problems)],
    ],
  );
  if (inserted !== null) {
    await writeFeedEvents(on, project, [
      { type: 'bundle.published', at: null, subject: {}, data: { kind, name, version, digest } },
    ]);
    return true;
  }
  const there = await on.findOneByOrFail(BundleRow, { project, kind, name, version });
  if (there.digest === digest) {
    if (there.archiveDigest === null && archive !== null) await keepNow(on, there.id, archive);
    return false;
  }
  throw new ProblemsError([
    problem('BUNDLE_EXISTS', {
      subject: `${kind} ${name}@${version}`,
      summary: `It is published with the digest ${there.digest}; this one has ${digest}.`,
    }),
  ]);
}

/** The archive of what was published when archives were not kept. */
async function keepNow(on: EntityManager, id: string, { digest, size, gzipped }: KeptArchive): Promise<void> {
  await rowsOf(
    on,
    `UPDATE planner.bundle SET archive_digest = $2, archive_size = $3, archive_gzipped = $4
      WHERE id = $1 AND archive_digest IS NULL RETURNING 1`,
    [id, digest, size, gzipped],
  );
}

function otherKind(wanted: BundleKind, found: BundleKind): Problem {
  return problem('BUNDLE_INVALID_VALUE', {
    subject: 'the bundle',
    summary: `It is a ${found} (it has a ${found}.yaml), not a ${wanted}.`,
    remedy: `Publish it with \`muster ${found} publish\`, that is POST /api/v1/${found}s.`,
  });
}
