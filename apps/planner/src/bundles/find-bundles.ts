import type { ClusterRefs } from '@muster/catalog';
import type { BundleKind } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { BundleRow } from './bundle.entity';

export type FoundBundles =
  | { readonly ok: true; readonly release: BundleRow; readonly plugins: readonly BundleRow[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The release and the plugins that a cluster of a project names, or a problem for each that is not published. */
export async function bundlesOf(on: EntityManager, project: string, spec: ClusterRefs): Promise<FoundBundles> {
  const problems: Problem[] = [];
  const find = async (kind: BundleKind, reference: string, path: string): Promise<BundleRow | null> => {
    const [name, version] = splitReference(reference);
    const row = version === '' ? null : await on.findOneBy(BundleRow, { project, kind, name, version });
    if (row === null) {
      problems.push(
        problem('CLUSTER_UNKNOWN_RELEASE', {
          subject: `cluster ${spec.name}`,
          summary: `There is no published ${kind} ${reference}.`,
          place: { path },
        }),
      );
    }
    return row;
  };
  if (spec.release === null) {
    const summary = 'It names no release.';
    return {
      ok: false,
      problems: [
        problem('CLUSTER_UNKNOWN_RELEASE', {
          subject: `cluster ${spec.name}`,
          summary,
          remedy: 'Write `release: name@version`.',
          place: { path: 'release' },
        }),
      ],
    };
  }
  const release = await find('release', spec.release, 'release');
  const plugins: BundleRow[] = [];
  for (const [index, reference] of spec.plugins.entries()) {
    const plugin = await find('plugin', reference, `plugins.${index}`);
    if (plugin !== null) plugins.push(plugin);
  }
  return release === null || problems.length > 0 ? { ok: false, problems } : { ok: true, release, plugins };
}

/**
 * Holds what a revision names until the database transaction that writes it ends, so that nobody deletes it meanwhile. Throws
 * `CLUSTER_UNKNOWN_RELEASE` for what is gone already.
 */
export async function holdBundles(on: EntityManager, project: string, spec: ClusterRefs): Promise<void> {
  const wanted = [
    ...(spec.release === null ? [] : [`release ${spec.release}`]),
    ...spec.plugins.map((each) => `plugin ${each}`),
  ];
  const held = await rowsOf<{ reference: string }>(
    on,
    `SELECT kind || ' ' || name || '@' || version AS reference FROM planner.bundle
      WHERE project = $1 AND kind || ' ' || name || '@' || version = ANY($2) ORDER BY id FOR SHARE`,
    [project, wanted],
  );
  const gone = wanted.filter((each) => !held.some(({ reference }) => reference === each));
  if (gone.length === 0) return;
  throw new ProblemsError(
    gone.map((each) =>
      problem('CLUSTER_UNKNOWN_RELEASE', {
        subject: `cluster ${spec.name}`,
        summary: `The ${each} was deleted a moment ago.`,
      }),
    ),
  );
}

/** Throws `API_NOT_FOUND`. */
export async function findBundle(
  on: EntityManager,
  project: string,
  kind: BundleKind,
  name: string,
  version: string,
): Promise<BundleRow> {
  const row = await on.findOneBy(BundleRow, { project, kind, name, version });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `${kind} ${name}@${version}`,
      summary: 'It is not published.',
      remedy: `GET /api/v1/${kind}s lists what is; \`muster ${kind} publish DIR\` publishes one.`,
    }),
  ]);
}

function splitReference(reference: string): readonly [string, string] {
  const at = reference.indexOf('@');
  return at < 0 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)];
}
