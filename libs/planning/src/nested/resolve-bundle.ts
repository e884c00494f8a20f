import { checkWholeBundle, compareVersions, isInRange } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { extendBundle } from './extend-bundle';
import { includeBundle } from './include-bundle';
import { Names } from './names';
import { nameOf, type ResolvedBase } from './resolved-base';

export interface ResolvedBundle {
  /** Null if any problem is an error. */
  readonly bundle: Bundle | null;
  readonly problems: readonly Problem[];
}

export const NESTED_LIMITS = {
  /** Releases that one extends, one after the other. */
  basesMax: 8,
  /** Included releases within each other, and in all. */
  depthMax: 4,
  includedMax: 100,
  /** Task definitions of all graphs together. */
  definitionsMax: 20_000,
} as const;

/** What a bundle extends and includes, as `name@range`; empty for one that is whole by itself. */
export function neededReleases({ extends: base, includes = [] }: Bundle): readonly string[] {
  return [...new Set([...(base === null ? [] : [base]), ...includes.map(({ release }) => release)])];
}

/**
 * A bundle with what it extends and includes put in. `found` holds, by reference as written, the version that each is resolved
 * to; what is missing there is a problem. Where nothing is extended or included the bundle is returned as it is.
 *
 * Order: what is extended lies below, then what is included, then the bundle's own content.
 * Cost: proportional to the definitions of all of them.
 */
export function resolveBundle(bundle: Bundle, found: ReadonlyMap<string, ResolvedBase>): ResolvedBundle {
  const needed = neededReleases(bundle);
  if (needed.length === 0) return { bundle, problems: [] };
  const missing = needed.filter((reference) => !found.has(reference));
  if (missing.length > 0) return { bundle: null, problems: missing.map((each) => unknownBase(bundle, each, '')) };
  const problems: Problem[] = [];
  const names = new Names(bundle, problems);
  const base = bundle.extends === null ? undefined : found.get(bundle.extends);
  let whole = base ? extendBundle(bundle, base, problems) : bundle;
  for (const spec of bundle.includes ?? []) {
    const inner = found.get(spec.release);
    if (inner) whole = includeBundle(whole, spec, inner, names, problems);
  }
  problems.push(...checkSize(whole));
  if (problems.every(({ severity }) => severity !== 'error')) problems.push(...checkWholeBundle(whole));
  return { bundle: problems.some(({ severity }) => severity === 'error') ? null : whole, problems };
}

/** The problem of a reference that nothing fits; `there` tells what there is instead. */
export function unknownBase(bundle: Bundle, reference: string, there: string): Problem {
  const include = bundle.includes?.find(({ release }) => release === reference);
  return problem('BUNDLE_UNKNOWN_BASE', {
    subject: `${bundle.kind} ${bundle.name}@${bundle.version}`,
    summary: `${include && bundle.extends !== reference ? `includes (as ${include.as})` : 'extends'} ${reference}, and there is none${there}`,
    place: include && bundle.extends !== reference ? include.place : { file: 'release.yaml', path: 'extends' },
  });
}

/** The newest of `versions` that a reference of `bundle` takes, itself excepted; null if none does. */
export function newestInRange<T extends { readonly name: string; readonly version: string }>(
  { name, version }: { readonly name: string; readonly version: string },
  reference: string,
  versions: readonly T[],
): T | null {
  const fitting = versions.filter(
    (each) => (each.name !== name || each.version !== version) && isInRange(reference, each),
  );
  return fitting.sort((a, b) => compareVersions(b.version, a.version))[0] ?? null;
}

function checkSize(whole: Bundle): Problem[] {
  const { basesMax, depthMax, includedMax, definitionsMax } = NESTED_LIMITS;
  const { bases = [], included = [], graphs } = whole;
  const subject = `${whole.kind} ${whole.name}@${whole.version}`;
  const problems: Problem[] = [];
  const tooDeep = (summary: string) => problems.push(problem('BUNDLE_BASE_CYCLE', { subject, summary }));
  if (bases.length > basesMax)
    tooDeep(`extends ${bases.length} releases one after the other; at most ${basesMax}: ${listed(bases.map(nameOf))}`);
  const deepest = included.find(({ as }) => as.split('.').length > depthMax);
  if (deepest) tooDeep(`includes releases more than ${depthMax} deep: ${deepest.as}`);
  if (included.length > includedMax) tooDeep(`includes ${included.length} releases in all; at most ${includedMax}`);
  const count = graphs.reduce((sum, { definitions }) => sum + definitions.length, 0);
  if (count > definitionsMax)
    problems.push(
      problem('BUNDLE_TOO_LARGE', {
        subject,
        summary: `has ${count} task definitions with what it extends and includes; at most ${definitionsMax}`,
      }),
    );
  return problems;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 12).join(' -> ')}${names.length > 12 ? ' -> ...' : ''}`;
}
