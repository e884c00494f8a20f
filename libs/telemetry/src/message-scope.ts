import { currentScope, type Scope, withScope } from './scope';
import type { Tracing } from './tracing/tracing';

type Headers = Readonly<Record<string, string>>;

/** What is told beside a message or request that is sent from here, by header: where it comes from. */
export function scopeHeaders(): Headers {
  const { traceparent, requestId } = currentScope();
  return {
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
  };
}

/** What `scopeHeaders` told. */
export function scopeOfHeaders({ traceparent, 'x-request-id': requestId }: Headers): Scope {
  return { traceparent, requestId };
}

/** Does what a message asks for within the scope and the trace that its headers tell of. */
export function aroundMessage(tracing: Tracing) {
  return <T>(
    { id, schema, headers }: { readonly id: string; readonly schema: string; readonly headers: Headers },
    work: () => Promise<T>,
  ): Promise<T> =>
    withScope({ ...scopeOfHeaders(headers), message: id }, () =>
      tracing.span({ name: `handle ${schema}`, kind: 'consumer', attributes: { 'messaging.message.id': id } }, work),
    );
}
