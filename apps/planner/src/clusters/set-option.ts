import { enabledOptions, type KnownOption, missingOptions } from '@muster/catalog';
import { type ClusterSpec, didYouMean } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';

/** An option of a cluster, and whether it is on. */
export interface ClusterOption extends Omit<KnownOption, 'owner'> {
  readonly enabled: boolean;
  /** `release small@1.0.0` */
  readonly declaredBy: string;
}

export function clusterOptions(spec: ClusterSpec, known: ReadonlyMap<string, KnownOption>): ClusterOption[] {
  const enabled = new Set(enabledOptions(spec, known));
  return [...known.values()].map(({ owner, ...option }) => ({
    ...option,
    enabled: enabled.has(option.name),
    declaredBy: `${owner.kind} ${owner.name}@${owner.version}`,
  }));
}

/**
 * Switches an option on or off. Throws `API_NOT_FOUND`; or, at once, `CLUSTER_OPTION_EXCLUDED` where another one of its exclusive
 * group is on, unless that is to be replaced, and `CLUSTER_OPTION_REQUIRES` for everything that would be missing.
 */
export function switchOption(
  spec: Pick<ClusterSpec, 'name' | 'options'>,
  known: ReadonlyMap<string, KnownOption>,
  name: string,
  { enabled, replace }: { readonly enabled: boolean; readonly replace: boolean },
): { readonly options: Readonly<Record<string, boolean>>; readonly switchedOff: readonly string[] } {
  const option = known.get(name);
  if (option === undefined) throw noSuchOption(spec.name, name, known);
  const before = enabledOptions(spec, known);
  const others = before.filter((each) => each !== name && option.exclusive && known.get(each)?.group === option.group);
  const problems: Problem[] = [];
  if (enabled && others.length > 0 && !replace)
    problems.push(
      problem('CLUSTER_OPTION_EXCLUDED', {
        subject: `option ${name}`,
        summary: `${others.join(', ')} of the exclusive group ${option.group} is on.`,
      }),
    );
  const switchedOff = enabled ? others : [];
  const options = { ...spec.options, ...Object.fromEntries(switchedOff.map((each) => [each, false])), [name]: enabled };
  const after = enabledOptions({ options }, known);
  problems.push(
    ...missingOptions(known, after).map((each) =>
      problem('CLUSTER_OPTION_REQUIRES', {
        subject: `option ${each.option}`,
        summary: `It needs the option ${each.missing}, which is off${switchedOff.includes(each.missing) ? ' by then' : ''}.`,
        remedy: `Switch ${each.missing} on, or ${each.option} off, first.`,
      }),
    ),
  );
  if (problems.length > 0) throw new ProblemsError(problems);
  return { options, switchedOff };
}

export function noSuchOption(cluster: string, name: string, known: ReadonlyMap<string, KnownOption>): ProblemsError {
  return new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `option ${name.slice(0, 200)}`,
      summary: `Neither the release of cluster ${cluster} nor its plugins declare it.`,
      remedy: `\`muster cluster options\` lists those that there are.${didYouMean(name, known.keys())}`,
    }),
  ]);
}
