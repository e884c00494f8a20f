import type { TaskState } from '@muster/model';

/** Everything that the feed tells. */
export type FeedEventType =
  | `operation.${'started' | 'succeeded' | 'refused' | 'failed' | 'interrupted'}`
  | `transaction.${'created' | 'running' | 'paused' | 'draining' | 'ended' | 'control'}`
  | `task.${Exclude<TaskState, 'waiting' | 'ready'> | 'retrying' | 'held' | 'reopened'}`
  | 'webhook.disabled'
  | 'cluster.revised'
  | 'cluster.deleted'
  | `bundle.${'published' | 'retired' | 'restored' | 'deleted'}`
  | 'node.registered'
  | 'node.changed'
  | 'node.state'
  | 'node.online'
  | 'node.offline'
  | 'node.inspected'
  | 'node.inspect-failed'
  | 'inspection.started'
  | 'inspection.ended'
  | 'node.power'
  | 'profile.changed'
  | 'profile.removed'
  | 'node.removed'
  | 'pool.set'
  | 'pool.removed'
  | `project.${'created' | 'archived' | 'restored'}`;

/** What an event is about; absent members do not apply. */
export interface FeedSubject {
  readonly operation?: string;
  readonly transaction?: string;
  readonly deployment?: string;
  readonly cluster?: string;
  readonly task?: string;
  readonly node?: string;
}

/** An event as it is written: no number yet. Never holds a secret. */
export interface NewFeedEvent {
  /** A second one of the same id cannot be written; absent: drawn. */
  readonly id?: string;
  readonly type: FeedEventType;
  /** Milliseconds since the epoch; null: database time. */
  readonly at: number | null;
  readonly subject: FeedSubject;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as it is read. */
export interface FeedEvent {
  readonly number: number;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  readonly type: FeedEventType;
  readonly subject: FeedSubject;
  readonly data: Readonly<Record<string, unknown>>;
}
