import type { Bundle, BundleOrigin } from '@muster/model';

/** A release that another one is made from: whole itself, and where it comes from. */
export interface ResolvedBase {
  readonly bundle: Bundle;
  /** Of the published bundle; empty offline. */
  readonly digest: string;
}

export function originOf({ bundle: { name, version }, digest }: ResolvedBase): BundleOrigin {
  return { name, version, digest };
}

export function nameOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}
