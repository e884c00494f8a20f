import type { DeploymentStatus } from '@muster/model';
import type { Problem } from '@muster/problems';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import type { PlanOptions } from '../plans/plan-options';
import type { StopWish } from './stop-later';

/** What the operator asked for besides the graph types; part of what each graph is planned from. */
export interface TransactionOptions extends PlanOptions {
  readonly noop: boolean;
}

/** What an operator starts and looks up: graphs of one cluster, carried out one after another. Outlives its cluster. */
@Entity({ schema: SCHEMA, name: 'transaction' })
@Index('transaction_list_index', ['project', 'createdAt', 'id'])
@Index('transaction_advance_index', ['createdAt'], { where: 'advance_due' })
export class TransactionRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'transaction_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'uuid' })
  @Index('transaction_cluster_index')
  clusterId!: string;

  @Column({ type: 'text' })
  cluster!: string;

  @Column({ type: 'integer' })
  revision!: number;

  @Column({ type: 'text' })
  state!: DeploymentStatus;

  /** Graph types in order. */
  @Column({ type: 'text', array: true })
  graphs!: string[];

  /** Read through `planOptions`. */
  @Column({ type: 'jsonb' })
  options!: Partial<PlanOptions> & Pick<TransactionOptions, 'noop'>;

  /** How many deployments it has so far; the next one is run `runs + 1`. */
  @Column({ type: 'integer' })
  runs!: number;

  /** True: the last deployment succeeded and the next graph is to be planned and sent. */
  @Column({ type: 'boolean', default: false })
  advanceDue!: boolean;

  /** A stop that came when a graph had ended and nobody had told us: no further graph is sent. */
  @Column({ type: 'jsonb', nullable: true })
  stopAsked!: StopWish | null;

  /** Why it could not start or go on; empty otherwise. */
  @Column({ type: 'jsonb', default: () => "'[]'" })
  problems!: Problem[];

  @Column({ type: 'text' })
  who!: string;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  /** Of the request that it comes from; null: none, or an older version wrote it. */
  @Column({ type: 'text', nullable: true })
  requestId!: string | null;

  /** Where that is in a trace (W3C); null: in none. */
  @Column({ type: 'text', nullable: true })
  traceparent!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
