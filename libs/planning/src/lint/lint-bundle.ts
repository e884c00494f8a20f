import { byCodeUnit, type Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { checkDefinitions } from '../check-definitions';
import { DefinitionOrder } from './definition-order';
import { LintGraph } from './lint-graph';
import { LINT_RULES } from './lint-rules';
import { findUnknownConflicts } from './rules/role-conflicts';

export interface LintOptions {
  /** False: the folder has neither a release.yaml nor a plugin.yaml. Default true. */
  readonly hasManifest?: boolean;
}

/** Findings shown of a bundle; more are counted. */
const FINDINGS_MAX = 1000;

/**
 * What an author should know of a bundle that could be read: cycles, mistakes that reading alone cannot see, and advice
 * (`info`). What parsing reported is not repeated. `docs/lint.md` describes each finding.
 *
 * Order: by file and line; findings of no place first. At most 1,000, the least grave left out first.
 * Cost: proportional to the relations, of cycles once per tag: 0.1 s for the field's 202 definitions.
 */
export function lintBundle(bundle: Bundle, { hasManifest = true }: LintOptions = {}): readonly Problem[] {
  const findings = [
    ...(hasManifest ? [] : [noManifest()]),
    ...findUnknownConflicts(bundle),
    ...checkDefinitions(bundle),
    ...bundle.graphs.flatMap((each) => {
      const graph = new LintGraph(bundle, each, hasManifest);
      const order = new DefinitionOrder(graph);
      return LINT_RULES.flatMap((find) => find(graph, order));
    }),
  ];
  return bounded(findings).sort(byPlace);
}

/**
 * What publishing tells of `lintBundle`'s findings: cycles that every cluster would have refuse the bundle, the rest are
 * warnings, since another layer may mend it or no cluster have it. Advice is for `muster lint`.
 */
export function publishFindings(bundle: Bundle): readonly Problem[] {
  return lintBundle(bundle)
    .filter(({ severity }) => severity !== 'info')
    .map((each) => (each.code.startsWith('LINT_') ? { ...each, severity: 'warning' } : each));
}

function noManifest(): Problem {
  return problem('LINT_NO_MANIFEST', {
    subject: 'the bundle',
    summary: 'has neither a release.yaml nor a plugin.yaml: it can be planned offline, and not be published',
  });
}

const GRAVITY = { error: 0, warning: 1, info: 2 } as const;

function bounded(findings: readonly Problem[]): Problem[] {
  if (findings.length <= FINDINGS_MAX) return [...findings];
  const byGravity = [...findings].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
  const left = byGravity.slice(FINDINGS_MAX);
  const more = problem('BUNDLE_TOO_LARGE', {
    subject: 'the bundle',
    summary: `has ${left.length} more findings`,
    severity: left[0]?.severity ?? 'info',
  });
  return [...byGravity.slice(0, FINDINGS_MAX), more];
}

function byPlace(a: Problem, b: Problem): number {
  return (
    byCodeUnit(a.place?.file ?? '', b.place?.file ?? '') ||
    (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
    byCodeUnit(a.code, b.code)
  );
}
