import { randomUUID } from 'node:crypto';
import { type BundleKind } from '@muster/model';
import { hasErrors, problem, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import type { PlanRunner } from '../plans/plan-runner';
import { BundleRow } from './bundle.entity';
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

/**
 * Checks an uploaded bundle as a whole and publishes it. Throws `ProblemsError` with everything that is wrong with it,
 * or `BUNDLE_EXISTS` if its name and version stand for other content; then nothing was changed.
 */
export async function publishBundle(
  { database, runner }: { readonly database: DataSource; readonly runner: PlanRunner },
  project: string,
  kind: BundleKind,
  upload: BundleUpload,
  who: string,
): Promise<Published> {
  const { bundle, problems: found } = await runner.checkBundle(upload.entries);
  const problems = [...upload.problems, ...found];
  if (bundle === null || hasErrors(problems)) throw new ProblemsError(problems);
  if (bundle.kind !== kind) throw new ProblemsError([otherKind(kind, bundle.kind)]);
  const { name, version } = bundle;
  const row = {
    id: randomUUID(),
    project,
    kind,
    name,
    version,
    digest: upload.digest,
    content: bundle,
    publishedBy: who,
  };
  const isNew = await database.transaction((manager) => insert(manager, row));
  return { name, version, digest: upload.digest, problems, isNew };
}

async function insert(on: EntityManager, row: Omit<BundleRow, 'publishedAt'>): Promise<boolean> {
  const { project, kind, name, version, digest } = row;
  const inserted = await rowOf(
    on,
    `INSERT INTO planner.bundle (id, project, kind, name, version, digest, content, published_by) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)
     ON CONFLICT (project, kind, name, version) DO NOTHING RETURNING id`,
    [row.id, project, kind, name, version, digest, JSON.stringify(row.content), row.publishedBy],
  );
  if (inserted !== null) {
    await writeFeedEvents(on, project, [
      { type: 'bundle.published', at: null, subject: {}, data: { kind, name, version, digest } },
    ]);
    return true;
  }
  const there = await on.findOneByOrFail(BundleRow, { project, kind, name, version });
  if (there.digest === digest) return false;
  throw new ProblemsError([
    problem('BUNDLE_EXISTS', {
      subject: `${kind} ${name}@${version}`,
      summary: `It is published with the digest ${there.digest}; this one has ${digest}.`,
    }),
  ]);
}

function otherKind(wanted: BundleKind, found: BundleKind): Problem {
  return problem('BUNDLE_INVALID_VALUE', {
    subject: 'the bundle',
    summary: `It is a ${found} (it has a ${found}.yaml), not a ${wanted}.`,
    remedy: `Publish it with \`muster ${found} publish\`, that is POST /api/v1/${found}s.`,
  });
}
