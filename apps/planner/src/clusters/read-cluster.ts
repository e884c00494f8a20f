import type { ClusterRefs } from '@muster/catalog';
import type { ClusterSpec, JsonObject } from '@muster/model';
import { hasErrors, type Place, problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import { withFittingVersions } from '../bundles/fitting-versions';
import { retiredBundles } from '../bundles/retired-bundles';
import { placeIn } from '../plans/check-cluster-file';
import type { PlanRunner } from '../plans/plan-runner';

/** A cluster file that was found good, its secrets sealed. */
export interface CheckedCluster {
  readonly spec: ClusterSpec;
  /** Warnings. */
  readonly problems: readonly Problem[];
  readonly placeOf: (path: readonly string[]) => Place;
}

/** What was sent. */
export interface ClusterSource {
  readonly name: string;
  /** Text of a file, or the document that a revision was changed into. */
  readonly source: string | JsonObject;
  readonly sourceName: string;
  readonly identities: Readonly<Record<string, string>>;
  /** What the cluster is now; null: nothing. */
  readonly base: ClusterSpec | null;
  /** Whether generated values that are left out stay as they are. */
  readonly keepGenerated: boolean;
}

/**
 * Reads a cluster file and checks it with its release and plugins. Throws `ProblemsError` with everything found: also
 * with bundles that are not published, where something else is wrong with the file.
 */
export async function readCluster(
  on: EntityManager,
  runner: PlanRunner,
  project: string,
  sent: ClusterSource,
): Promise<CheckedCluster> {
  const { source, sourceName, base, keepGenerated } = sent;
  const first = await runner.checkClusterFile({ source, sourceName, base, keepGenerated, bundles: null });
  const { refs } = first;
  const bundles = refs === null ? null : await bundlesOf(on, project, refs);
  if (first.isReadable && bundles?.ok) {
    const release = bundles.release.content;
    const plugins = bundles.plugins.map((plugin) => plugin.content);
    const { spec, problems, places } = await runner.checkClusterFile({
      source,
      sourceName,
      base,
      keepGenerated,
      bundles: { release, plugins },
    });
    const placeOf = (path: readonly string[]): Place => placeIn(places, path);
    const fitting = await withFittingVersions(on, project, problems, { release, plugins });
    const retired = await retiredBundles(on, project, sent.name, bundles, placeOf);
    const all = [
      ...fitting,
      ...retired,
      ...misnamed(sent, refs, placeOf),
      ...(spec === null ? [] : checkIdentities(sent, spec)),
    ];
    if (spec === null || hasErrors(all)) throw new ProblemsError(all);
    return { spec, problems: all, placeOf };
  }
  const placeOf = (path: readonly string[]): Place => placeIn(first.places, path);
  // Of a release that could not be read enough is said already.
  const isTold = bundles === null || bundles.ok || (refs?.release === null && !first.isReadable);
  const missing = isTold ? [] : bundles.problems;
  const placed = missing.map((each) => ({ ...each, place: placeOf(each.place?.path?.split('.') ?? []) }));
  throw new ProblemsError([...first.problems, ...misnamed(sent, refs, placeOf), ...placed]);
}

function misnamed(sent: ClusterSource, refs: ClusterRefs | null, placeOf: CheckedCluster['placeOf']): Problem[] {
  if (refs === null || refs.name === sent.name) return [];
  const summary = `The file is about cluster ${refs.name}, and ${sent.name} is to be changed.`;
  const place = placeOf(['cluster']);
  return [problem('CLUSTER_INVALID_VALUE', { subject: `cluster ${sent.name}`, summary, place })];
}

function checkIdentities({ identities }: ClusterSource, spec: ClusterSpec): Problem[] {
  const names = new Set(spec.nodes.map((node) => node.name));
  return Object.entries(identities).flatMap(([name, key]) => {
    const place = { path: `identities.${name.slice(0, 200)}` };
    const subject = `identity of node ${name.slice(0, 200)}`;
    if (!names.has(name))
      return [problem('API_INVALID', { subject, summary: 'The cluster file has no such node.', place })];
    if (typeof key !== 'string' || key === '' || key.length > 100_000)
      return [problem('API_INVALID', { subject, summary: 'It is no private key.', place })];
    return [];
  });
}
