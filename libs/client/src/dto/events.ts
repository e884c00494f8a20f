/** One event of the feed, numbered by one sequencer: a reader of everything after `number` misses nothing. */
export interface FeedEvent {
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** `transaction.running`, `task.failed`, ...; unknown types are to be passed over. */
  readonly type: string;
  readonly subject: {
    readonly operation?: string;
    readonly transaction?: string;
    readonly deployment?: string;
    readonly cluster?: string;
    readonly task?: string;
    readonly node?: string;
  };
  readonly data: Readonly<Record<string, unknown>>;
}
