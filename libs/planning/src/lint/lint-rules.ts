import { findAllToAll } from './rules/all-to-all';
import { findCycles } from './rules/cycles';
import { findExpressionFaults } from './rules/expressions';
import { findIdleLimits, findShortTimeouts } from './rules/impossible-numbers';
import { findMissingOrder } from './rules/missing-order';
import { findNeverTrue } from './rules/never-true';
import { findPlacedNowhere } from './rules/placed-nowhere';
import { findLostPauses, findUnsureRetries } from './rules/repeatability';
import { findTwoWriters } from './rules/two-writers';
import { findUnboundedRestarts } from './rules/unbounded-restarts';
import { findUnknownNames } from './rules/unknown-names';
import { findUnknownOutputs } from './rules/unknown-outputs';
import { findUnknownRoles } from './rules/unknown-roles';
import type { LintRule } from './lint-rule';

/**
 * Every rule about a graph. `docs/lint.md` says of each what it looks for and why. Those that refuse a bundle come first;
 * for the rest the order does not matter.
 */
export const LINT_RULES: readonly LintRule[] = [
  { finds: ['BUNDLE_CYCLE', 'BUNDLE_POSSIBLE_CYCLE'], find: findCycles },
  { finds: ['LINT_UNKNOWN_NAME', 'LINT_MATCHES_NOTHING', 'LINT_BAD_PATTERN'], find: findUnknownNames },
  { finds: ['LINT_UNKNOWN_ROLE', 'LINT_BAD_PATTERN'], find: findUnknownRoles },
  { finds: ['LINT_UNKNOWN_OUTPUT'], find: findUnknownOutputs },
  { finds: ['LINT_BAD_EXPRESSION', 'LINT_UNKNOWN_SETTING'], find: findExpressionFaults },
  { finds: ['LINT_PLACED_NOWHERE'], find: findPlacedNowhere },
  { finds: ['LINT_NO_ORDER'], find: findMissingOrder },
  { finds: ['LINT_TWO_WRITERS'], find: findTwoWriters },
  { finds: ['LINT_NEVER_TRUE'], find: findNeverTrue },
  { finds: ['LINT_SHORT_TIMEOUT'], find: findShortTimeouts },
  { finds: ['LINT_IDLE_LIMIT'], find: findIdleLimits },
  { finds: ['LINT_ALL_TO_ALL'], find: findAllToAll },
  { finds: ['LINT_UNBOUNDED_RESTARTS'], find: findUnboundedRestarts },
  { finds: ['LINT_LOST_PAUSES'], find: findLostPauses },
  { finds: ['LINT_UNSURE_RETRIES'], find: findUnsureRetries },
];
