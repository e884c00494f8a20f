import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** One row: the last number given. Its lock makes one sequencer of many planners. */
@Entity({ schema: SCHEMA, name: 'feed_sequence' })
export class FeedSequenceRow {
  @PrimaryColumn({ type: 'boolean', primaryKeyConstraintName: 'feed_sequence_pk' })
  only!: boolean;

  @Column({ type: 'bigint' })
  last!: string;
}
