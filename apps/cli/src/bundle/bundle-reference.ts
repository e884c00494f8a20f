import type { BundleRoutes, MusterClient } from '@muster/client';
import type { BundleKind } from '@muster/model';
import { usageProblem } from '../usage-problem';

/** A published release or plugin. */
export interface BundleReference {
  readonly name: string;
  readonly version: string;
  /** As it was written. */
  readonly text: string;
}

/** Reads `name@version`; fails with `ProblemsError`. */
export function bundleReference(text: string): BundleReference {
  const at = text.indexOf('@');
  if (at < 1 || at === text.length - 1)
    throw usageProblem('name@version', 'a name and a version are expected, such as pg-ha@1.0.0');
  return { name: text.slice(0, at), version: text.slice(at + 1), text };
}

export function routesOf(client: MusterClient, kind: BundleKind): BundleRoutes {
  return kind === 'release' ? client.releases : client.plugins;
}
