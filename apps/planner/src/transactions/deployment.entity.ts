import type { DeploymentStatus } from '@muster/model';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { SCHEMA } from '../database/schema';
import type { NodeMarks } from './node-marks';
import { TransactionRow } from './transaction.entity';

/** Carrying out one task graph; its row's lock orders everything that is told about it. */
@Entity({ schema: SCHEMA, name: 'deployment' })
@Unique('deployment_run_unique', ['transactionId', 'run'])
@Index('deployment_token_index', ['artifactTokenHash'])
export class DeploymentRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'deployment_pk' })
  id!: string;

  @Column({ type: 'uuid' })
  @ForeignKey(() => TransactionRow, { name: 'deployment_transaction_fk', onDelete: 'CASCADE' })
  transactionId!: string;

  /** Counts from 1 within the transaction. */
  @Column({ type: 'integer' })
  run!: number;

  /** Place of its graph in the transaction's list; several runs may be about one. */
  @Column({ type: 'integer', default: 0 })
  graphIndex!: number;

  @Column({ type: 'text' })
  graphType!: string;

  /** Name of the release; empty for one that an older version began. */
  @Column({ type: 'text', default: '' })
  release!: string;

  /** Of the plan that it carries out. */
  @Column({ type: 'text' })
  digest!: string;

  @Column({ type: 'integer' })
  expectedMs!: number;

  @Column({ type: 'text' })
  state!: DeploymentStatus;

  /** Last event applied: exactly the next number is applied next. */
  @Column({ type: 'integer', default: 0 })
  lastSeq!: number;

  /** Who owns it, as far as was told; null: nobody yet. */
  @Column({ type: 'text', nullable: true })
  executor!: string | null;

  /** SHA-256 of the token that opens its artifacts, and what it opens. */
  @Column({ type: 'text' })
  artifactTokenHash!: string;

  @Column({ type: 'text', array: true })
  artifacts!: string[];

  /** Gzipped JSON of the plan's `requires`: which task waits for which. Read only while something waits. */
  @Column({ type: 'bytea', nullable: true, select: false })
  requires!: Buffer | null;

  /** What is written to the nodes when it ends; null: nothing. */
  @Column({ type: 'jsonb', nullable: true, select: false })
  nodeMarks!: NodeMarks | null;

  /** Identities of the machines that tasks run on, by name; null for one that an older version began. */
  @Column({ type: 'jsonb', nullable: true, select: false })
  machines!: Record<string, string> | null;

  /** Names of the nodes that it has something to do on; what it makes of their states. */
  @Column({ type: 'text', array: true, default: () => "'{}'", select: false })
  worksOn!: string[];

  /** The deployment whose graph and successes it takes over; null: it begins with nothing. */
  @Column({ type: 'uuid', nullable: true })
  continues!: string | null;

  /** Ended without its executors: what they told of it later is not taken. */
  @Column({ type: 'boolean', default: false })
  forceClosed!: boolean;

  /** When its output was removed, by age or for want of room; null: it is there. */
  @Column({ type: 'timestamptz', nullable: true })
  outputRemovedAt!: Date | null;

  /** Who wanted this run, and why; null: as the transaction says. */
  @Column({ type: 'text', nullable: true })
  who!: string | null;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** When the last event arrived; a silent deployment is asked about. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  heardAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
