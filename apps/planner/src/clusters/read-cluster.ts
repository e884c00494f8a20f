import { checkCluster, parseClusterFile, sealSettings, settingsSchema } from '@muster/catalog';
import type { ClusterSpec, SecretBox } from '@muster/model';
import { hasErrors, type Place, problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';

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
  readonly source: string;
  readonly sourceName: string;
  readonly identities: Readonly<Record<string, string>>;
}

/** Reads a cluster file and checks it with its release and plugins. Throws `ProblemsError` with everything found. */
export async function readCluster(
  on: EntityManager,
  secretBox: SecretBox,
  sent: ClusterSource,
): Promise<CheckedCluster> {
  const { spec, problems: found, placeOf } = parseClusterFile(sent.source, sent.sourceName);
  if (spec === null) throw new ProblemsError(found);
  const problems = [...found];
  if (spec.name !== sent.name) {
    const summary = `The file is about cluster ${spec.name}, and ${sent.name} is to be changed.`;
    problems.push(
      problem('CLUSTER_INVALID_VALUE', { subject: `cluster ${sent.name}`, summary, place: placeOf(['cluster']) }),
    );
  }
  problems.push(...checkIdentities(sent, spec));
  const bundles = await bundlesOf(on, spec);
  if (!bundles.ok) {
    const placed = bundles.problems.map((each) => ({ ...each, place: placeOf(each.place?.path?.split('.') ?? []) }));
    throw new ProblemsError([...problems, ...placed]);
  }
  const release = bundles.release.content;
  const plugins = bundles.plugins.map((plugin) => plugin.content);
  problems.push(...checkCluster(spec, release, plugins, placeOf));
  if (hasErrors(problems)) throw new ProblemsError(problems);
  const { schema } = settingsSchema([release, ...plugins]);
  return { spec: sealSettings(withoutLocalPaths(spec), schema, secretBox), problems, placeOf };
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

/** `identityFile` is a path on somebody's machine, and nobody's business here. */
function withoutLocalPaths(spec: ClusterSpec): ClusterSpec {
  return {
    ...spec,
    nodes: spec.nodes.map((node) => {
      const { identityFile: _local, ...access } = node.access;
      return { ...node, access };
    }),
  };
}
