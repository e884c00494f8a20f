import type { CatalogueEntry } from './entry';

export const apiProblems = {
  API_UNAUTHENTICATED: {
    severity: 'error',
    meaning: 'The request has no valid token.',
    remedy: 'Give a token: --token, MUSTER_TOKEN, or the admin-token file of the data folder.',
  },
  API_FORBIDDEN: {
    severity: 'error',
    meaning: 'The token is valid but lacks the right.',
    remedy: 'Use a token with the right named, or ask an administrator for it.',
  },
  API_NOT_FOUND: {
    severity: 'error',
    meaning: 'Nothing of that name or id is known.',
    remedy: 'Check the spelling; the list command shows what exists.',
  },
  API_PRECONDITION_FAILED: {
    severity: 'error',
    meaning: 'What `If-Match` names was changed since it was read.',
    remedy: 'Read it again, and send the change again with its new ETag.',
  },
  API_INVALID: {
    severity: 'error',
    meaning: 'A request has fields of the wrong shape.',
    remedy: 'Correct the field named; GET /api/openapi.json describes each request.',
  },
  API_TOO_LARGE: {
    severity: 'error',
    meaning: 'A request body is larger than the limit.',
    remedy: 'Send less at once; the limit is named in the summary.',
  },
  API_UNSUPPORTED_TYPE: {
    severity: 'error',
    meaning: 'A request body is of a type that the route does not take.',
    remedy: 'Send the content type that the OpenAPI description names for the route.',
  },
  API_IDEMPOTENCY_MISMATCH: {
    severity: 'error',
    meaning: 'An Idempotency-Key was used again with another request.',
    remedy: 'Use a new key for a new request.',
  },
  API_IDEMPOTENCY_RUNNING: {
    severity: 'error',
    meaning: 'A request with the same Idempotency-Key has not been answered yet.',
    remedy: 'Send it again in a while, with the same key.',
  },
  API_TOO_MANY_FAILURES: {
    severity: 'error',
    meaning: 'Too many requests of one address had no valid token.',
    remedy: 'Wait as long as Retry-After says; give a valid token.',
  },
  API_INTERNAL: {
    severity: 'error',
    meaning: 'The server failed; the request may or may not have taken effect.',
    remedy: 'Try again with the same Idempotency-Key; if it stays, look at the server log with the id given.',
  },
  API_UNAVAILABLE: {
    severity: 'error',
    meaning: 'A part that the request needs did not answer.',
    remedy: 'Check that an executor, the broker and the database run (GET /health/ready), then try again.',
  },
  POOL_IN_USE: {
    severity: 'error',
    meaning: 'Slots of the pool are held or waited for.',
    remedy: 'Wait until the transactions named have ended, or cancel them.',
  },
  PROJECT_ARCHIVED: {
    severity: 'error',
    meaning: 'A write was asked for in a project that is archived.',
    remedy: 'Take the project back into use with `muster project restore NAME`, or use another one.',
  },
  PROJECT_EXISTS: {
    severity: 'error',
    meaning: 'There is a project of that name, perhaps an archived one.',
    remedy: 'Use another name, or restore the archived one.',
  },
  PROJECT_BUSY: {
    severity: 'error',
    meaning: 'A transaction of the project has not ended.',
    remedy: 'Wait for the transactions named, or cancel them.',
  },
  TOKEN_EXISTS: {
    severity: 'error',
    meaning: 'The name of a token is taken, perhaps by a revoked one.',
    remedy: 'Use another name, or rotate the token of that name.',
  },
  TOKEN_REVOKED: {
    severity: 'error',
    meaning: 'A revoked token was to be changed.',
    remedy: 'Make a new token under another name.',
  },
  CLUSTER_BUSY: {
    severity: 'error',
    meaning: 'A transaction of the cluster has not ended.',
    remedy: 'Wait for the transaction named, or cancel it.',
  },
  CLUSTER_NODE_TAKEN: {
    severity: 'error',
    meaning: 'A node belongs to another cluster.',
    remedy: 'Take it out of the other cluster first, or use another node.',
  },
  UPLOAD_NOT_ARCHIVE: {
    severity: 'error',
    meaning: 'An uploaded bundle is no tar archive, or is cut off.',
    remedy: 'Send the bundle folder as a (gzipped) tar, as `muster release publish` does.',
  },
  UPLOAD_TOO_LARGE: {
    severity: 'error',
    meaning: 'An uploaded bundle passes one of its limits.',
    remedy: 'Make it smaller; large payloads are better fetched by a task than shipped in the bundle.',
  },
  WEBHOOK_INVALID: {
    severity: 'error',
    meaning: 'A webhook cannot be as it is wanted.',
    remedy: 'Change what the summary names.',
  },
  WEBHOOK_ADDRESS_DENIED: {
    severity: 'error',
    meaning: 'A webhook would reach an address that is not open to it.',
    remedy: 'Use a public address over https, or have the operator of the planner add it to MUSTER_WEBHOOK_ALLOW.',
  },
  WEBHOOK_EXISTS: {
    severity: 'error',
    meaning: 'There is a webhook of this name, or there are too many.',
    remedy: 'Choose another name, or change the one that is there.',
  },
  API_EVENTS_FORGOTTEN: {
    severity: 'error',
    meaning: 'A reader of events wants to go on where events are not kept any more.',
    remedy: 'Read the present state, and go on from the last event there is (or from 0: what is kept).',
  },
  API_EVENTS_AHEAD: {
    severity: 'error',
    meaning:
      'A reader of events has met a number that the feed has not come to: it was restored from a backup, or is another one.',
    remedy: 'Read the present state, and go on from the last event that is named.',
  },
} as const satisfies Record<string, CatalogueEntry>;
