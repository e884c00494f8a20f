import { type BundleEntry, parseBundle } from '@muster/catalog';
import { publishFindings } from '@muster/planning';
import type { CheckedBundle } from './plan-runner';

/** Reads and checks, in one go and synchronously: seconds for a large bundle, so to be called where nobody waits for the thread. */
export function checkBundle(entries: readonly BundleEntry[]): CheckedBundle {
  const { bundle, problems } = parseBundle(entries);
  return { bundle, problems: bundle === null ? problems : [...problems, ...publishFindings(bundle)] };
}
