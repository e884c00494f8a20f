import { byCodeUnit, type Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { connectIncluded } from '../nested/connect-included';
import { DefinitionOrder } from './definition-order';
import { LintGraph } from './lint-graph';
import { over } from './lint-rule';
import { LINT_RULES } from './lint-rules';
import { LINT_WORK_MAX, LintWork } from './lint-work';
import { findOptionFaults } from './rules/option-declarations';
import { findUnknownConflicts } from './rules/role-conflicts';

export interface LintOptions {
  /** False: the folder has neither a release.yaml nor a plugin.yaml. Default true. */
  readonly hasManifest?: boolean;
  /** Units of work after which it is stopped. Default: a few seconds. */
  readonly workMax?: number;
}

/** Findings shown of a bundle; more are counted. */
const FINDINGS_MAX = 1000;

/**
 * What an author should know of a bundle that could be read: cycles, mistakes that reading alone cannot see, and advice
 * (`info`). What parsing reported is not repeated. `docs/lint.md` describes each finding.
 *
 * Order: by file and line; findings of no place first. At most 1,000, the least grave left out first.
 * Cost: 0.1 s for the field's 202 definitions, and bounded: rules that would take longer are stopped, and
 * `LINT_NOT_FINISHED` names them. The bound counts work, not time, so that the same bundle has the same findings.
 */
export function lintBundle(
  bundle: Bundle,
  { hasManifest = true, workMax = LINT_WORK_MAX }: LintOptions = {},
): readonly Problem[] {
  const work = new LintWork(workMax);
  const { included = [] } = bundle;
  const connected = bundle.graphs.map((each) => ({
    ...each,
    definitions: connectIncluded(each.definitions, included),
  }));
  const graphs = connected.map((each) => new LintGraph(bundle, each, hasManifest, work));
  const looked = graphs.map((graph) => [graph, new DefinitionOrder(graph)] as const);
  const findings = hasManifest ? [] : [noManifest()];
  const unfinished: string[] = [];
  const rules = [
    ...LINT_RULES.map(({ finds, find }) => ({
      finds,
      find: () => over(work, looked, ([graph, order]) => find(graph, order)),
    })),
    { finds: ['LINT_UNKNOWN_ROLE'], find: () => findUnknownConflicts(bundle, work) },
    { finds: ['LINT_OPTION'], find: () => findOptionFaults(bundle, work) },
  ];
  for (const [at, { finds, find }] of rules.entries()) {
    const { found, isFinished } = work.within(rules.length - at, find);
    for (const each of found) findings.push(each);
    if (!isFinished) unfinished.push(...finds);
  }
  if (unfinished.length > 0) findings.push(notFinished([...new Set(unfinished)]));
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

function notFinished(codes: readonly string[]): Problem {
  return problem('LINT_NOT_FINISHED', {
    subject: 'the bundle',
    summary: `is too large to be looked at as a whole; what was looked for is not all found: ${codes.join(', ')}`,
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
