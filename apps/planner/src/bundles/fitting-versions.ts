import { fitsRelease } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { versionOrder } from './version-order';

/** Versions that are named in a problem; more are counted. */
const SHOWN_MAX = 10;
/** Versions that are looked at; the newest ones. */
const LOOKED_AT_MAX = 1000;

interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly releases: readonly string[];
}

/** That no published release is within a new plugin's ranges: nobody could use it. A warning, since one may follow. */
export async function checkRanges(on: EntityManager, project: string, plugin: Bundle): Promise<readonly Problem[]> {
  if (plugin.kind !== 'plugin') return [];
  const names = plugin.releases.map((reference) => reference.slice(0, reference.indexOf('@')));
  const published = await candidates(on, project, 'release', names);
  if (published.some((release) => fitsRelease(plugin.releases, release))) return [];
  return [
    problem('BUNDLE_FITS_NO_RELEASE', {
      subject: `plugin ${plugin.name}@${plugin.version}`,
      summary: `is made for ${plugin.releases.join(', ')}, and published is ${listed(published, 'no version of it')}`,
      place: { file: 'plugin.yaml', path: 'releases' },
    }),
  ];
}

/** The same problems; those about a plugin that does not fit say which published versions would, of either side. */
export async function withFittingVersions(
  on: EntityManager,
  project: string,
  problems: readonly Problem[],
  { release, plugins }: { readonly release: Bundle; readonly plugins: readonly Bundle[] },
): Promise<readonly Problem[]> {
  const told: Problem[] = [];
  for (const each of problems) {
    const plugin = plugins.find(({ name, version }) => each.subject === `plugin ${name}@${version}`);
    if (each.code !== 'CLUSTER_PLUGIN_INCOMPATIBLE' || plugin === undefined) {
      told.push(each);
      continue;
    }
    const others = (await candidates(on, project, 'plugin', [plugin.name])).filter((other) =>
      fitsRelease(other.releases, release),
    );
    const releases = (await candidates(on, project, 'release', [release.name])).filter((other) =>
      fitsRelease(plugin.releases, other),
    );
    const remedy =
      `Versions of the plugin that fit ${release.name}@${release.version}: ${listed(others, 'none is published')}. ` +
      `Versions of the release that this plugin fits: ${listed(releases, 'none is published')}.`;
    told.push({ ...each, remedy });
  }
  return told;
}

/** Published and not retired, the newest version first. */
function candidates(
  on: EntityManager,
  project: string,
  kind: Bundle['kind'],
  names: readonly string[],
): Promise<Candidate[]> {
  return rowsOf<Candidate>(
    on,
    `SELECT name, version, content->'releases' AS releases, content->'bases' AS bases FROM planner.bundle
      WHERE project = $1 AND kind = $2 AND name = ANY($3) AND retired_at IS NULL
      ORDER BY ${versionOrder('version')
        .map((term) => `${term} DESC`)
        .join(', ')} LIMIT ${LOOKED_AT_MAX}`,
    [project, kind, names],
  );
}

function listed(found: readonly Candidate[], none: string): string {
  const shown = found.slice(0, SHOWN_MAX).map(({ name, version }) => `${name}@${version}`);
  const more = found.length - shown.length;
  return shown.length === 0 ? none : `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
