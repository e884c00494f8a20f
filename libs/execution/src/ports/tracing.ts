/** Spans of what executors do, for whoever watches traces. Never fails, never waits; nothing is decided by it. */
export interface ExecutionTracing {
  /** `traceparent` for what happens within the span of this key. */
  within(parent: string, key: string): string;
  record(span: ExecutionSpan): void;
}

/** Names, ids and figures only: whoever may read traces is not who may read secrets. */
export interface ExecutionSpan {
  /** The same key in the same trace is the same span, whoever records it. */
  readonly key: string;
  /** `traceparent` of what it is a part of. */
  readonly parent: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why it ended badly. */
  readonly failure?: string;
  readonly moments?: readonly {
    readonly name: string;
    readonly at: number;
    readonly attributes: Readonly<Record<string, string | number>>;
  }[];
}
