import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** How far somebody has told the feed on, and which planner does it now. */
@Entity({ schema: SCHEMA, name: 'feed_cursor' })
export class FeedCursorRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feed_cursor_pk' })
  name!: string;

  @Column({ type: 'bigint' })
  last!: string;

  /** Of the planner's process; null: nobody. */
  @Column({ type: 'uuid', nullable: true })
  owner!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  leasedUntil!: Date;
}
