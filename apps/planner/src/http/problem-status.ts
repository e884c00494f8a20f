import type { Problem, ProblemCode } from '@muster/problems';

/** HTTP status of a refusal, by code; codes that are not here are about content: 422. */
const statusByCode: Partial<Record<ProblemCode, number>> = {
  API_INVALID: 400,
  API_UNAUTHENTICATED: 401,
  API_FORBIDDEN: 403,
  API_NOT_FOUND: 404,
  API_IDEMPOTENCY_RUNNING: 409,
  BUNDLE_EXISTS: 409,
  BUNDLE_IN_USE: 409,
  CLUSTER_BUSY: 409,
  CLUSTER_EXISTS: 409,
  CLUSTER_LIVE: 409,
  PRESET_EXISTS: 409,
  CLUSTER_OPTION_EXCLUDED: 409,
  CLUSTER_NODE_TAKEN: 409,
  DEPLOY_FORCE_CLOSED: 409,
  CONTROL_LIMIT_IMPOSSIBLE: 409,
  CONTROL_NOT_POSSIBLE: 409,
  DEPLOY_NODE_CLAIMED: 409,
  DEPLOY_STALE_PLAN: 409,
  NODE_DUPLICATE: 409,
  NODE_HOST_KEY_CHANGED: 409,
  NODE_IN_TRANSACTION: 409,
  NODE_IN_USE: 409,
  NODE_STATE: 409,
  PROFILE_IN_USE: 409,
  POOL_IN_USE: 409,
  WEBHOOK_EXISTS: 409,
  API_PRECONDITION_FAILED: 412,
  PUBLICATION_TOO_MANY: 429,
  PROJECT_ARCHIVED: 409,
  PROJECT_BUSY: 409,
  PROJECT_EXISTS: 409,
  TOKEN_EXISTS: 409,
  TOKEN_REVOKED: 409,
  API_EVENTS_AHEAD: 409,
  API_EVENTS_FORGOTTEN: 410,
  API_TOO_LARGE: 413,
  UPLOAD_TOO_LARGE: 413,
  API_UNSUPPORTED_TYPE: 415,
  API_TOO_MANY_FAILURES: 429,
  API_INTERNAL: 500,
  API_UNAVAILABLE: 503,
};

/** The status that the first error asks for. Problems about content win over conflicts: they must be mended first. */
export function statusOf(problems: readonly Problem[]): number {
  const statuses = problems.filter((each) => each.severity === 'error').map((each) => statusByCode[each.code] ?? 422);
  return statuses.includes(422) ? 422 : (statuses[0] ?? 422);
}
