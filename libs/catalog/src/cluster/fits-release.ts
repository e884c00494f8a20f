import { compare, satisfies } from 'semver';

/** A release as ranges look at it. */
export interface RangedRelease {
  readonly name: string;
  readonly version: string;
  /** Releases that it extends: what is made for one of them fits it, too. */
  readonly bases?: readonly { readonly name: string; readonly version: string }[] | null;
}

/** Whether one of the ranges (`name@range`) takes the release, or one that it extends; prereleases count as versions. */
export function fitsRelease(ranges: readonly string[], { name, version, bases }: RangedRelease): boolean {
  return [{ name, version }, ...(bases ?? [])].some((each) => ranges.some((range) => isInRange(range, each)));
}

/** Whether `name@range` takes a version of that name. */
export function isInRange(reference: string, { name, version }: { name: string; version: string }): boolean {
  const split = reference.indexOf('@');
  return reference.slice(0, split) === name && satisfies(version, reference.slice(split + 1), INCLUDING_PRERELEASES);
}

const INCLUDING_PRERELEASES = { includePrerelease: true };

/** Order of semantic versions, for `sort`: older ones first, prereleases before what they lead up to. */
export function compareVersions(a: string, b: string): number {
  return compare(a, b);
}
