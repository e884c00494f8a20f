import { findAllToAll } from './rules/all-to-all';
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

/** Every rule about a graph. `docs/lint.md` says of each what it looks for and why; their order does not matter. */
export const LINT_RULES: readonly LintRule[] = [
  findUnknownNames,
  findUnknownRoles,
  findUnknownOutputs,
  findExpressionFaults,
  findPlacedNowhere,
  findMissingOrder,
  findTwoWriters,
  findNeverTrue,
  findShortTimeouts,
  findIdleLimits,
  findAllToAll,
  findUnboundedRestarts,
  findLostPauses,
  findUnsureRetries,
];
