import type { ControlVerb } from '@muster/model';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { TransactionRow } from './transaction.entity';

/** What a control verb is about. */
export interface ControlDetails {
  readonly tasks?: readonly string[];
  readonly limit?: { readonly key: string; readonly amount: number };
  readonly event?: string;
}

/** What a person or program asked of a transaction: the record of who, why and when. */
@Entity({ schema: SCHEMA, name: 'control' })
@Index('control_transaction_index', ['transactionId', 'askedAt'])
export class ControlRow {
  /** Id of the command; the same one again is the same control. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'control_pk' })
  id!: string;

  @Column({ type: 'uuid' })
  @ForeignKey(() => TransactionRow, { name: 'control_transaction_fk', onDelete: 'CASCADE' })
  transactionId!: string;

  /** The run that it was about, or that it began. */
  @Column({ type: 'integer' })
  run!: number;

  @Column({ type: 'text' })
  verb!: ControlVerb | 'force-close';

  @Column({ type: 'jsonb', default: () => "'{}'" })
  details!: ControlDetails;

  @Column({ type: 'text' })
  who!: string;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  askedAt!: Date;

  /** When it took effect, or was found to come too late; null: not yet. */
  @Column({ type: 'timestamptz', nullable: true })
  takenAt!: Date | null;

  @Column({ type: 'boolean', default: false })
  tooLate!: boolean;

  /** Its owner, of an earlier version, did not look whether it does anything. */
  @Column({ type: 'boolean', default: false })
  unjudged!: boolean;
}
