import type { MessageHeaders } from './bus';

/** Names that buses carry. Others are the broker's or somebody else's. */
const NAMES = ['traceparent', 'x-request-id'];
const CHARS_MAX = 256;

/** What of a message's headers is handed to handlers; whoever may write to a broker may have written them. */
export function readHeaders(headers: Readonly<Record<string, unknown>> | undefined): MessageHeaders {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = headers?.[name];
      return typeof value === 'string' && value.length <= CHARS_MAX ? [[name, value]] : [];
    }),
  );
}
