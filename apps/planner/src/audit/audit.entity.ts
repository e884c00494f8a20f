import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

export const OUTCOMES = ['done', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One thing that somebody did or was not let do. Written once: a trigger refuses every change. */
@Entity({ schema: SCHEMA, name: 'audit' })
@Index('audit_list_index', ['project', 'at', 'id'])
@Index('audit_time_index', ['at', 'id'])
export class AuditRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'audit_pk' })
  id!: string;

  @Column({ type: 'timestamptz', default: () => 'clock_timestamp()' })
  at!: Date;

  /** Null: of none, or nobody knows of which. */
  @Column({ type: 'text', nullable: true })
  project!: string | null;

  /** Null: a stranger. */
  @Column({ type: 'text', nullable: true })
  who!: string | null;

  /** Operation of the API; of a stranger, its method. */
  @Column({ type: 'text' })
  what!: string;

  /** Path of the request, or what the message was about. */
  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  /** Network address, or `broker`. */
  @Column({ type: 'text' })
  fromAddress!: string;

  @Column({ type: 'text' })
  outcome!: Outcome;

  /** As HTTP has it. */
  @Column({ type: 'integer' })
  status!: number;

  /** Of the first problem. */
  @Column({ type: 'text', nullable: true })
  code!: string | null;

  /** How many refusals like this one it stands for. */
  @Column({ type: 'integer', default: 1 })
  count!: number;
}
