import type { Fingerprint } from '@muster/planning';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** The last real success of a task of a graph on a node; or that there is none left, since what followed did not succeed. */
@Entity({ schema: SCHEMA, name: 'last_success' })
@Index('last_success_machine_index', ['hostKey'])
@Index('last_success_release_index', ['release', 'graphType', 'definition'])
export class LastSuccessRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'last_success_pk' })
  clusterId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'last_success_pk' })
  graphType!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'last_success_pk' })
  definition!: string;

  /** Name of the node, `master` or `sync`. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'last_success_pk' })
  node!: string;

  /** Name of the cluster's release then: durations are comparable among its clusters. */
  @Column({ type: 'text' })
  release!: string;

  /** Null: a later attempt did not succeed, or the machine was made anew: what is there now is unknown. */
  @Column({ type: 'jsonb', nullable: true })
  fingerprint!: Fingerprint | null;

  /** Digests of the expected state's parts. */
  @Column({ type: 'text' })
  common!: string;

  @Column({ type: 'text' })
  own!: string;

  /** Of the machine; another one now is another machine, on which nothing was done. Null at the sync point. */
  @Column({ type: 'text', nullable: true })
  hostKey!: string | null;

  /** Milliseconds of the last successes, newest first. */
  @Column({ type: 'integer', array: true, default: () => "'{}'" })
  durations!: number[];

  @Column({ type: 'uuid' })
  transactionId!: string;

  /** When the outcome that this tells was reached; an older one that arrives later changes nothing. */
  @Column({ type: 'timestamptz' })
  at!: Date;
}
