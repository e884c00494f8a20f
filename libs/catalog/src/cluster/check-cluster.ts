import { byCodeUnit, didYouMean, type Bundle, type ClusterSpec, type Role } from '@muster/model';
import { problem, type Place, type Problem } from '@muster/problems';
import { checkClusterSettings } from './check-settings';
import { checkOptions } from './options';
import { fitsRelease } from './fits-release';

/** Where a value stands in the cluster file; nothing is known of specs that come from elsewhere. */
export type PlaceOf = (path: readonly string[]) => Place;

/**
 * Everything about a cluster that can only be said together with its release and plugins: roles, their numbers and
 * conflicts, plugins that do not fit, settings against the schema. All problems in one go; none of them shows a value.
 */
export function checkCluster(
  spec: ClusterSpec,
  release: Bundle,
  plugins: readonly Bundle[] = [],
  placeOf?: PlaceOf,
): Problem[] {
  const bundles = [release, ...plugins];
  const roles = new Map<string, Role>(bundles.flatMap((bundle) => Object.entries(bundle.roles)).reverse());
  const at = (path: readonly string[]): { place?: Place } => (placeOf ? { place: placeOf(path) } : {});
  return [
    ...checkPlugins(release, plugins, at),
    ...checkUnknownRoles(spec, roles, bundles, at),
    ...checkRampRoles(spec, roles, at),
    ...checkRoleCounts(spec, roles, at),
    ...checkConflicts(spec, roles, at),
    ...checkCounts(spec, roles, at),
    ...checkOptions(spec, bundles, at),
    ...checkClusterSettings(spec, bundles, at),
  ];
}

type At = (path: readonly string[]) => { place?: Place };

function checkPlugins(release: Bundle, plugins: readonly Bundle[], at: At): Problem[] {
  return plugins
    .filter((plugin) => !fitsRelease(plugin.releases, release))
    .map((plugin) =>
      problem('CLUSTER_PLUGIN_INCOMPATIBLE', {
        subject: `plugin ${plugin.name}@${plugin.version}`,
        summary: `is made for ${plugin.releases.join(', ')}, and the cluster has ${release.name}@${release.version}`,
        ...at(['plugins']),
      }),
    );
}

/** A role that only appears on nodes is allowed: it counts as a tag of its name. Unknown is one that no task speaks of either. */
function checkUnknownRoles(
  spec: ClusterSpec,
  roles: ReadonlyMap<string, Role>,
  bundles: readonly Bundle[],
  at: At,
): Problem[] {
  if (roles.size === 0) return [];
  const named = new Set<string>();
  for (const definition of bundles.flatMap(({ graphs }) => graphs.flatMap(({ definitions }) => definitions))) {
    for (const placement of [definition.tags, definition.roles, definition.groups])
      if (Array.isArray(placement)) for (const name of placement as readonly string[]) named.add(name);
  }
  return spec.nodes.flatMap((node) =>
    node.roles
      .filter((role) => !roles.has(role) && !named.has(role))
      .map((role) =>
        problem('CLUSTER_UNKNOWN_ROLE', {
          subject: `node ${node.name}`,
          summary: `has the role ${role}, which neither the release nor its plugins declare`,
          remedy: `Correct the name, or declare the role in the release.${didYouMean(role, roles.keys())}`,
          ...at(['nodes', node.name, 'roles']),
        }),
      ),
  );
}

/** A ramp of a role that no node can have would be no ramp at all, and nobody would notice. */
function checkRampRoles(
  { limits: { ramps = {} }, nodes }: ClusterSpec,
  roles: ReadonlyMap<string, Role>,
  at: At,
): Problem[] {
  const known = new Set([...roles.keys(), ...nodes.flatMap((node) => node.roles)]);
  return Object.keys(ramps)
    .filter((role) => !known.has(role))
    .map((role) =>
      problem('CLUSTER_UNKNOWN_ROLE', {
        subject: `ramp of ${role.slice(0, 80)}`,
        severity: 'error',
        summary: 'is for a role that neither the release nor any node has',
        remedy: `Correct the name.${didYouMean(role, known)}`,
        ...at(['limits', 'ramps', role]),
      }),
    );
}

function checkRoleCounts(spec: ClusterSpec, roles: ReadonlyMap<string, Role>, at: At): Problem[] {
  return [...roles.values()]
    .sort((a, b) => byCodeUnit(a.name, b.name))
    .flatMap((role) => {
      const count = spec.nodes.filter((node) => node.roles.includes(role.name)).length;
      if (count >= role.min && (role.max === null || count <= role.max)) return [];
      const allowed =
        role.max === null
          ? `at least ${role.min}`
          : role.min === role.max
            ? `exactly ${role.min}`
            : `${role.min} to ${role.max}`;
      return [
        problem('CLUSTER_ROLE_COUNT', {
          subject: `role ${role.name}`,
          summary: `has ${count} ${count === 1 ? 'node' : 'nodes'}; the release wants ${allowed}`,
          ...at(['nodes']),
        }),
      ];
    });
}

/** How many nodes a role is to have: within what the release allows, and then as many. */
function checkCounts({ counts = {}, nodes }: ClusterSpec, roles: ReadonlyMap<string, Role>, at: At): Problem[] {
  return Object.entries(counts).flatMap(([name, wanted]): Problem[] => {
    const role = roles.get(name);
    const has = nodes.filter((node) => node.roles.includes(name)).length;
    const place = at(['counts', name]);
    if (role && (wanted < role.min || (role.max !== null && wanted > role.max))) {
      const summary = `is to have ${wanted}; the release allows ${role.min} to ${role.max ?? 'any number'}`;
      return [problem('CLUSTER_ROLE_COUNT', { subject: `role ${name}`, summary, ...place })];
    }
    if (has === wanted) return [];
    return [
      problem('CLUSTER_COUNT_UNMET', { subject: `role ${name}`, summary: `needs ${wanted}, has ${has}`, ...place }),
    ];
  });
}

function checkConflicts(spec: ClusterSpec, roles: ReadonlyMap<string, Role>, at: At): Problem[] {
  return spec.nodes.flatMap((node) =>
    node.roles.flatMap((role, index) =>
      node.roles
        .slice(index + 1)
        // Either of the two may declare it.
        .filter(
          (other) =>
            roles.get(role)?.conflicts.includes(other) === true || roles.get(other)?.conflicts.includes(role) === true,
        )
        .map((other) =>
          problem('CLUSTER_ROLE_CONFLICT', {
            subject: `node ${node.name}`,
            summary: `has the roles ${role} and ${other}, which exclude each other`,
            ...at(['nodes', node.name, 'roles']),
          }),
        ),
    ),
  );
}
