import { compareVersions } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { neededReleases, newestInRange, type ResolvedBase, unknownBase } from '@muster/planning';
import type { Problem } from '@muster/problems';
import { In, type EntityManager } from 'typeorm';
import { BundleRow } from './bundle.entity';

/** Versions that are named in a problem; more are counted. */
const SHOWN_MAX = 10;

export interface FoundBases {
  /** By reference as written. */
  readonly found: readonly (readonly [string, ResolvedBase])[];
  /** One for each reference that no published version is in the range of. */
  readonly problems: readonly Problem[];
}

/**
 * What a bundle extends and includes: of each the newest version in its range that is published and not retired. A published
 * release is whole already, so this is one step however many releases lie below it.
 */
export async function findBases(on: EntityManager, project: string, bundle: Bundle): Promise<FoundBases> {
  const found: [string, ResolvedBase][] = [];
  const problems: Problem[] = [];
  for (const reference of neededReleases(bundle)) {
    const name = reference.slice(0, reference.indexOf('@'));
    const published = await on.find(BundleRow, {
      select: { id: true, name: true, version: true, retiredAt: true },
      where: { project, kind: 'release', name },
    });
    const newest = newestInRange(
      bundle,
      reference,
      published.filter(({ retiredAt }) => retiredAt === null),
    );
    const row = newest === null ? null : await on.findOneBy(BundleRow, { id: In([newest.id]) });
    if (row === null) problems.push(unknownBase(bundle, reference, there(name, published)));
    else found.push([reference, { bundle: row.content, digest: row.digest }]);
  }
  return { found, problems };
}

function there(name: string, published: readonly BundleRow[]): string {
  if (published.length === 0) return `; nothing of the name ${name} is published`;
  const versions = [...published]
    .sort((a, b) => compareVersions(b.version, a.version))
    .map(({ version, retiredAt }) => (retiredAt === null ? version : `${version} (retired)`));
  const more = versions.length - SHOWN_MAX;
  return `; published of ${name}: ${versions.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
