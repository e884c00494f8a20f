import type { BundleKind } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { type BundleUser, bundleUsers } from './bundle-users';
import { findBundle } from './find-bundles';

/** One bundle by its name. */
export interface BundleName {
  readonly project: string;
  readonly kind: BundleKind;
  readonly name: string;
  readonly version: string;
}

/** Not offered for new clusters from now on; those that have it keep it. Done before, nothing changes. Throws `API_NOT_FOUND`. */
export async function retireBundle(
  database: DataSource,
  it: BundleName,
  who: string,
  why: string | null,
): Promise<void> {
  await database.transaction(async (on) => {
    const { id } = await findBundle(on, it.project, it.kind, it.name, it.version);
    const retired = await rowOf(
      on,
      `UPDATE planner.bundle SET retired_at = now(), retired_by = $2, retired_why = $3
        WHERE id = $1 AND retired_at IS NULL RETURNING id`,
      [id, who, why],
    );
    if (retired !== null) await tell(on, 'bundle.retired', it, { who, why });
  });
}

/** Offered again. Throws `API_NOT_FOUND`. */
export async function restoreBundle(database: DataSource, it: BundleName, who: string): Promise<void> {
  await database.transaction(async (on) => {
    const { id } = await findBundle(on, it.project, it.kind, it.name, it.version);
    const restored = await rowOf(
      on,
      `UPDATE planner.bundle SET retired_at = NULL, retired_by = NULL, retired_why = NULL
        WHERE id = $1 AND retired_at IS NOT NULL RETURNING id`,
      [id],
    );
    if (restored !== null) await tell(on, 'bundle.restored', it, { who });
  });
}

/** Removes a bundle that no cluster needs. Throws `API_NOT_FOUND`, or `BUNDLE_IN_USE` naming each cluster. */
export async function deleteBundle(database: DataSource, it: BundleName, who: string): Promise<void> {
  const { project, kind, name, version } = it;
  const reference = `${name}@${version}`;
  await database.transaction(async (on) => {
    const { id, digest } = await findBundle(on, project, kind, name, version);
    // Whoever is writing a revision that names it holds it: then that revision is seen below.
    await rowsOf(on, 'SELECT id FROM planner.bundle WHERE id = $1 FOR UPDATE', [id]);
    const users = await bundleUsers(on, project, kind, reference);
    if (users.length > 0) throw new ProblemsError(users.map((user) => inUse(kind, reference, user)));
    await rowsOf(on, 'DELETE FROM planner.bundle WHERE id = $1 RETURNING 1', [id]);
    await tell(on, 'bundle.deleted', it, { digest, who });
  });
}

function inUse(kind: BundleKind, reference: string, { cluster, revisions }: BundleUser): Problem {
  return problem('BUNDLE_IN_USE', {
    subject: `${kind} ${reference}`,
    summary: `Cluster ${cluster} uses it, in ${revisions.length === 1 ? 'revision' : 'revisions'} ${revisions.join(', ')}.`,
  });
}

async function tell(
  on: EntityManager,
  type: 'bundle.retired' | 'bundle.restored' | 'bundle.deleted',
  { project, kind, name, version }: BundleName,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  await writeFeedEvents(on, project, [{ type, at: null, subject: {}, data: { kind, name, version, ...more } }]);
}
