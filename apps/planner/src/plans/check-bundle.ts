import { type BundleEntry, parseBundle } from '@muster/catalog';
import { publishFindings } from '@muster/planning';
import type { Problem } from '@muster/problems';
import type { CheckedBundle } from './plan-runner';

/** Reads and checks, in one go and synchronously: seconds for a large bundle, so to be called where nobody waits for the thread. */
export function checkBundle(entries: readonly BundleEntry[]): CheckedBundle {
  const { bundle, readable, problems } = parseBundle(entries);
  if (readable === null) return { bundle, reading: problems, findings: [] };
  const findings = publishFindings(readable);
  // What could not be read may be what a warning misses; a circle among what could be read stays one.
  return { bundle, reading: problems, findings: bundle === null ? findings.filter(isError) : findings };
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
