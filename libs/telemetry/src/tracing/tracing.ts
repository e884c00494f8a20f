export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** `server` and `consumer` begin here what somebody else asked for; `producer` sends it on. */
export type SpanKind = 'internal' | 'server' | 'producer' | 'consumer';

/** Names and attributes are read by whoever may read the collector: ids, names and figures, never settings or secrets. */
export interface SpanWish {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
}

/** A span that is being measured. */
export interface OpenSpan {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** It ended badly; the text is for people. */
  fail(text: string): void;
}

/** A span whose beginning and end are known. */
export interface PastSpan extends SpanWish {
  /** Whoever makes a span of this trace with this key makes the same one. */
  readonly key: string;
  /** `traceparent` of the span that it is a part of. */
  readonly parent: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why it ended badly. */
  readonly failure?: string;
  /** What happened in between. */
  readonly moments?: readonly { readonly name: string; readonly at: number; readonly attributes: SpanAttributes }[];
}

/**
 * Spans of traces. Never fails and never waits for a collector: what it does not take in time is dropped. Where tracing is not
 * configured nothing is made, and the place in a trace that came from outside is passed on as it is.
 */
export interface Tracing {
  /**
   * Measures `work`, which runs in a scope that has the new span's `traceparent`. Within no trace only kind `server` begins
   * one. What `work` throws marks the span as failed and is passed on.
   */
  span<T>(wish: SpanWish, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** As `span`, for work that tells its end by calling `end`, once. */
  open<T>(wish: SpanWish, work: (span: OpenSpan, end: () => void) => T): T;
  record(span: PastSpan): void;
  /** `traceparent` for what happens within the span that `record` will be told of with this key. */
  within(parent: string, key: string): string;
  /** Sends what is still to be sent, for at most a few seconds. */
  close(): Promise<void>;
}

const SILENT: OpenSpan = { rename: () => undefined, set: () => undefined, fail: () => undefined };

export const NO_TRACING: Tracing = {
  span: (_wish, work) => work(SILENT),
  open: (_wish, work) => work(SILENT, () => undefined),
  record: () => undefined,
  within: (parent) => parent,
  close: async () => undefined,
};
