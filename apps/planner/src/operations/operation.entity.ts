import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import type { FeedSubject } from '../feed/feed-event';

/** A change that somebody asked for: what makes its last event exactly one, also when its planner dies. */
@Entity({ schema: SCHEMA, name: 'operation' })
@Index('operation_open_index', ['leasedUntil'], { where: 'ended_at IS NULL' })
@Index('operation_ended_index', ['endedAt'])
export class OperationRow {
  /** Also the id of what it makes: a transaction, a command. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'operation_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  who!: string;

  @Column({ type: 'jsonb' })
  subject!: FeedSubject;

  /** Its planner lives, and is at it; null: it is answered, and its control has not taken effect yet. */
  @Column({ type: 'timestamptz', nullable: true })
  leasedUntil!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
