import { type Place, problem, type Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import type { BundleRow } from './bundle.entity';
import type { FoundBundles } from './find-bundles';

type Bundles = FoundBundles & { readonly ok: true };

/** A warning for each retired bundle that is planned with. */
export function retiredNotes({ release, plugins }: Bundles): readonly Problem[] {
  return [release, ...plugins].filter(isRetired).map((row) => retired(row, 'warning', {}));
}

/**
 * What is retired may be kept by a cluster whose newest revision names it already, with a warning; for others it is an error.
 */
export async function retiredBundles(
  on: EntityManager,
  project: string,
  cluster: string,
  { release, plugins }: Bundles,
  placeOf: (path: readonly string[]) => Place,
): Promise<readonly Problem[]> {
  const rows = [release, ...plugins];
  if (!rows.some(isRetired)) return [];
  const head = await rowOf<{ release: string | null; plugins: readonly string[] }>(
    on,
    `SELECT r.content->>'release' AS release, r.content->'plugins' AS plugins
       FROM planner.cluster c JOIN planner.revision r ON r.cluster_id = c.id AND r.number = c.head_revision
      WHERE c.project = $1 AND c.name = $2`,
    [project, cluster],
  );
  return rows.flatMap((row, index) => {
    if (!isRetired(row)) return [];
    const reference = `${row.name}@${row.version}`;
    const has = row.kind === 'release' ? head?.release === reference : head?.plugins.includes(reference) === true;
    const path = index === 0 ? ['release'] : ['plugins', String(index - 1)];
    return [retired(row, has ? 'warning' : 'error', placeOf(path))];
  });
}

function isRetired({ retiredAt }: BundleRow): boolean {
  return retiredAt !== null;
}

function retired(row: BundleRow, severity: 'warning' | 'error', place: Place): Problem {
  const { kind, name, version, retiredAt, retiredBy, retiredWhy } = row;
  const why = retiredWhy === null ? '' : `: ${retiredWhy}`;
  return problem('CLUSTER_BUNDLE_RETIRED', {
    subject: `${kind} ${name}@${version}`,
    severity,
    summary: `was retired by ${retiredBy ?? 'somebody'} on ${retiredAt?.toISOString().slice(0, 10) ?? 'a day'}${why}`,
    place,
  });
}
