/**
 * Planning: cluster, release and plugins in, task graph and report out, by an ordered list of passes.
 * Promises to be pure (the same input gives the same plan, byte for byte), to evaluate nothing but
 * expressions within bounds, and to return every problem that it can find instead of throwing.
 */
export { compareGrounds } from './compare/compare-grounds';
export { comparePlans, type PlanDifference, type TaskDifference } from './compare/compare-plans';
export { asSucceeded, type PreviousCluster } from './evaluation/previous-cluster';
export type { SecretAccess } from './evaluation/settings-evaluator';
export type { ConditionEvaluation, Evaluation, EvaluationPlace, Evaluator, ExpressionText } from './evaluator';
export { lintBundle, publishFindings, type LintOptions } from './lint/lint-bundle';
export { PLANNER_SEMANTICS } from './finish/plan-grounds';
export type { PlanGrounds } from './plan-grounds';
export { PASSES } from './passes/pass-list';
export {
  neededReleases,
  newestInRange,
  type ResolvedBundle,
  resolveBundle,
  unknownBase,
} from './nested/resolve-bundle';
export type { ResolvedBase } from './nested/resolved-base';
export { plan } from './plan';
export type { PlanIdentity, PlanInput, PlanOptions, PlanOutcome } from './plan-input';
export { withFingerprints } from './previous/fingerprints';
export type { ExpectedState, Fingerprint, PreviousStates, PreviousSuccess } from './previous/previous-states';
export { planJson, planJsonText } from './render/plan-json';
