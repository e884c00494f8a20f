import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import type { FeedSubject } from './feed-event';

/** An event of the feed. Written without a number; the sequencer gives it one after the commit. */
@Entity({ schema: SCHEMA, name: 'feed_event' })
@Index('feed_event_number_unique', ['number'], { unique: true, where: 'number IS NOT NULL' })
@Index('feed_event_unnumbered_index', ['recordedAt', 'position'], { where: 'number IS NULL' })
// Only what has a number, so that an event is entered once and not again when it is given one.
@Index('feed_event_transaction_index', ['transactionId', 'number'], {
  where: 'number IS NOT NULL AND transaction_id IS NOT NULL',
})
@Index('feed_event_cluster_index', ['cluster', 'number'], { where: 'number IS NOT NULL AND cluster IS NOT NULL' })
export class FeedEventRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'feed_event_pk' })
  id!: string;

  /** Null until the sequencer has seen it committed; never to be shown before. */
  @Column({ type: 'bigint', nullable: true })
  number!: string | null;

  @Column({ type: 'text' })
  project!: string;

  /** Database time of the writing statement, and the place within it: the order in which numbers are given. */
  @Column({ type: 'timestamptz' })
  recordedAt!: Date;

  @Column({ type: 'integer' })
  position!: number;

  /** When what it tells happened. */
  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'uuid', nullable: true })
  transactionId!: string | null;

  @Column({ type: 'text', nullable: true })
  cluster!: string | null;

  @Column({ type: 'jsonb' })
  subject!: FeedSubject;

  @Column({ type: 'jsonb' })
  data!: Record<string, unknown>;
}
