import type { Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';

/** Bundles with what they extend and include of each other. */
export interface ResolvedBundles {
  /** In the order given; null for one with an error. */
  readonly bundles: readonly (Bundle | null)[];
  readonly problems: readonly Problem[];
  /** Releases that others of them are made from. */
  readonly used: ReadonlySet<Bundle>;
}

/** As publishing one after the other would do it: of each reference the newest version in its range that is given. */
export async function resolveGiven(given: readonly Bundle[]): Promise<ResolvedBundles> {
  const { neededReleases, newestInRange, resolveBundle, unknownBase } = await import('@muster/planning');
  const releases = given.filter(({ kind }) => kind === 'release');
  const known = new Map<Bundle, Bundle | null>();
  const problems: Problem[] = [];
  const used = new Set<Bundle>();

  const resolve = (bundle: Bundle, path: readonly Bundle[]): Bundle | null => {
    const done = known.get(bundle);
    if (done !== undefined) return done;
    if (path.includes(bundle)) {
      const names = [...path.slice(path.indexOf(bundle)), bundle].map(({ name, version }) => `${name}@${version}`);
      const summary = `is made from itself: ${names.join(' -> ')}`;
      problems.push(problem('BUNDLE_BASE_CYCLE', { subject: `release ${names[0] ?? ''}`, summary }));
      return null;
    }
    const needed = neededReleases(bundle);
    const found = needed.flatMap((reference) => {
      const base = newestInRange(bundle, reference, releases);
      if (base === null) {
        const others = releases.filter((each) => each !== bundle).map(({ name, version }) => `${name}@${version}`);
        problems.push(unknownBase(bundle, reference, `; given are ${others.join(', ') || 'no others'}`));
        return [];
      }
      used.add(base);
      const whole = resolve(base, [...path, bundle]);
      return whole ? [[reference, { bundle: whole, digest: '' }] as const] : [];
    });
    const whole = found.length < needed.length ? null : resolveBundle(bundle, new Map(found));
    problems.push(...(whole?.problems ?? []));
    known.set(bundle, whole?.bundle ?? null);
    return whole?.bundle ?? null;
  };
  return { bundles: given.map((each) => resolve(each, [])), problems, used };
}
