import { type BundleEntry, parseBundle } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { neededReleases, publishFindings, resolveBundle } from '@muster/planning';
import type { Problem } from '@muster/problems';
import type { BundleQuestion, CheckedBundle, CheckedWhole } from './plan-runner';

/** Reads and checks, in one go and synchronously: seconds for a large bundle, so to be called where nobody waits for the thread. */
export function checkBundle(entries: readonly BundleEntry[]): CheckedBundle {
  const { bundle, readable, problems } = parseBundle(entries);
  if (readable === null) return { bundle, reading: problems, findings: [], needs: [] };
  const needs = neededReleases(readable);
  // What is missing may be in what it extends: it is looked at once that is put in.
  if (needs.length > 0) return { bundle, reading: problems, findings: [], needs };
  return { bundle, reading: problems, findings: findingsOf(readable, bundle), needs };
}

/** Puts what a bundle extends and includes into it, and looks at it as a whole. */
export function checkWhole({ bundle, found }: BundleQuestion): CheckedWhole {
  const resolved = resolveBundle(bundle, new Map(found));
  const findings = resolved.bundle === null ? [] : findingsOf(resolved.bundle, resolved.bundle);
  // That something of the base is replaced is meant, most of the time: lint tells it.
  return { bundle: resolved.bundle, findings: [...resolved.problems.filter(isGrave), ...findings] };
}

/** What could not be read may be what a warning misses; a circle among what could be read stays one. */
function findingsOf(readable: Bundle, bundle: Bundle | null): readonly Problem[] {
  const findings = publishFindings(readable);
  return bundle === null ? findings.filter(({ severity }) => severity === 'error') : findings;
}

function isGrave({ severity }: Problem): boolean {
  return severity !== 'info';
}
