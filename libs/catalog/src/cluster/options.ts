import { byCodeUnit, didYouMean, type Bundle, type ClusterSpec, type OptionDeclaration } from '@muster/model';
import { problem, type Place, type Problem } from '@muster/problems';

type At = (path: readonly string[]) => { place?: Place };

/** An option with the group that it is in, and whose it is. */
export interface KnownOption extends OptionDeclaration {
  readonly group: string;
  /** At most one option of the group is on at a time. */
  readonly exclusive: boolean;
  readonly owner: Bundle;
}

/** Options of a release and its plugins by name, sorted; of two of one name the first. */
export function knownOptions(bundles: readonly Bundle[]): ReadonlyMap<string, KnownOption> {
  const exclusive = new Set(
    bundles.flatMap(({ options = {} }) => Object.values(options).filter((it) => it.exclusive)).map((it) => it.name),
  );
  const all = bundles.flatMap((owner) =>
    Object.values(owner.options ?? {}).flatMap((group) =>
      Object.values(group.options).map((option): [string, KnownOption] => [
        option.name,
        { ...option, group: group.name, exclusive: exclusive.has(group.name), owner },
      ]),
    ),
  );
  return new Map(all.reverse().sort(([a], [b]) => byCodeUnit(a, b)));
}

/**
 * Names of the options that are on, sorted: those that the cluster switches on, and those that are on by default, unless
 * the cluster switches them off or another one of their exclusive group on.
 */
export function enabledOptions(
  { options = {} }: Pick<ClusterSpec, 'options'>,
  known: ReadonlyMap<string, KnownOption>,
): string[] {
  const taken = new Set(
    [...known.values()].filter((it) => it.exclusive && options[it.name] === true).map((it) => it.group),
  );
  return [...known.values()]
    .filter(({ name, group, default: isDefault }) => options[name] ?? (isDefault && !taken.has(group)))
    .map(({ name }) => name);
}

/** Options that are not there, exclude each other or lack what they need; two bundles with one name. */
export function checkOptions(spec: ClusterSpec, bundles: readonly Bundle[], at: At): Problem[] {
  const known = knownOptions(bundles);
  const enabled = enabledOptions(spec, known);
  return [
    ...clashes(bundles),
    ...Object.keys(spec.options ?? {})
      .filter((name) => !known.has(name))
      .map((name) =>
        problem('CLUSTER_UNKNOWN_OPTION', {
          subject: `option ${name}`,
          summary: 'is declared neither by the release nor by its plugins',
          remedy: `Correct the name, or take the option away.${didYouMean(name, known.keys())}`,
          ...at(['options', name]),
        }),
      ),
    ...exclusions(known, enabled, at),
    ...missingOptions(known, enabled).map(({ option, missing }) =>
      problem('CLUSTER_OPTION_REQUIRES', {
        subject: `option ${option}`,
        summary: `needs the option ${missing}, which is off`,
        remedy: `Switch ${missing} on, or ${option} off.`,
        ...at(['options', option]),
      }),
    ),
  ];
}

function exclusions(known: ReadonlyMap<string, KnownOption>, enabled: readonly string[], at: At): Problem[] {
  const byGroup = new Map<string, string[]>();
  for (const name of enabled) {
    const option = known.get(name);
    if (option?.exclusive) byGroup.set(option.group, [...(byGroup.get(option.group) ?? []), name]);
  }
  return [...byGroup]
    .filter(([, names]) => names.length > 1)
    .map(([group, names]) =>
      problem('CLUSTER_OPTIONS_EXCLUDE', {
        subject: `options ${group}`,
        summary: `has ${names.join(' and ')} on, of which one excludes the others`,
        ...at(['options', names[1] ?? '']),
      }),
    );
}

/** What enabled options need that is not enabled. */
export function missingOptions(
  known: ReadonlyMap<string, KnownOption>,
  enabled: readonly string[],
): { readonly option: string; readonly missing: string }[] {
  return enabled.flatMap((option) =>
    (known.get(option)?.requires ?? [])
      .filter((missing) => !enabled.includes(missing))
      .map((missing) => ({ option, missing })),
  );
}

function clashes(bundles: readonly Bundle[]): Problem[] {
  const owners = new Map<string, Bundle>();
  const problems: Problem[] = [];
  for (const bundle of bundles) {
    for (const name of Object.values(bundle.options ?? {}).flatMap((group) => Object.keys(group.options))) {
      const other = owners.get(name);
      if (other) {
        problems.push(
          problem('CLUSTER_SETTINGS_CLASH', {
            subject: `option ${name}`,
            summary: `is declared by ${nameOf(other)} and ${nameOf(bundle)}`,
          }),
        );
      } else owners.set(name, bundle);
    }
  }
  return problems;
}

function nameOf({ kind, name, version }: Bundle): string {
  return `${kind} ${name}@${version}`;
}
