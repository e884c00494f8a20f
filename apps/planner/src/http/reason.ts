import type { Request } from 'express';

/** Why a write is asked for, where neither body nor query has a `reason`: percent-encoded UTF-8. */
const REASON_HEADER = 'muster-reason';
const REASON_CHARS_MAX = 2000;

/** The reason given with a request (in its body, its query or the header), for the record; null: none. */
export function reasonOf(request: Request): string | null {
  const body: unknown = request.body;
  const inBody = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  const given = [inBody, request.query['reason']].find((each) => typeof each === 'string');
  const text = given ?? decoded(request.headers[REASON_HEADER]);
  return text === '' ? null : text.slice(0, REASON_CHARS_MAX);
}

function decoded(header: string | readonly string[] | undefined): string {
  if (typeof header !== 'string') return '';
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
