import type { Bundle, BundleKind, ClusterSpec } from '@muster/model';
import { type Place, problem, type Problem } from '@muster/problems';

/**
 * Whether the bundles given are those that the cluster file names: another one makes another plan than the one that
 * would be deployed. What the file leaves open (no `release`, no `plugins`) is compared with nothing; a plugin that is
 * given to a file with a release and without plugins is a warning.
 */
export function checkGivenBundles(
  spec: ClusterSpec,
  release: Bundle,
  plugins: readonly Bundle[],
  placeOf: (path: readonly string[]) => Place,
): readonly Problem[] {
  const given = [release, ...plugins].map(referenceOf);
  const compare = (kind: BundleKind, named: string, path: readonly string[]): Problem[] => {
    if (given.includes(named)) return [];
    const name = named.slice(0, named.indexOf('@'));
    const other = given.find((each) => each.startsWith(`${name}@`)) ?? (kind === 'release' ? given[0] : undefined);
    const found = other === undefined ? 'no bundle of that name is given' : `the bundle given is ${other}`;
    const summary = `names the ${kind} ${named}, and ${found}`;
    return [problem('CLUSTER_OTHER_BUNDLE', { subject: `cluster ${spec.name}`, summary, place: placeOf(path) })];
  };
  const named = spec.plugins.map((plugin) => plugin.slice(0, plugin.indexOf('@')));
  const extra =
    spec.plugins.length === 0 && spec.release === null ? [] : plugins.filter((plugin) => !named.includes(plugin.name));
  return [
    ...(spec.release === null ? [] : compare('release', spec.release, ['release'])),
    ...spec.plugins.flatMap((plugin, index) => compare('plugin', plugin, ['plugins', String(index)])),
    ...extra.map((plugin) =>
      problem('CLUSTER_OTHER_BUNDLE', {
        subject: `cluster ${spec.name}`,
        summary: `does not name the plugin ${referenceOf(plugin)}, and a bundle of it is given`,
        place: placeOf(['plugins']),
        // A file that names some plugins means those; one that names none may only have left them out.
        ...(spec.plugins.length === 0 ? { severity: 'warning' as const } : {}),
      }),
    ),
  ];
}

function referenceOf({ name, version }: Bundle): string {
  return `${name}@${version}`;
}
