import type { Problem } from '@muster/problems';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { DeploymentRow } from '../transactions/deployment.entity';

/** Commands that are kept until an executor has answered. */
export type OutgoingKind = 'start' | 'control' | 'release' | 'close';

/**
 * A command on its way to the executors: written in the database transaction of the state that it comes from,
 * relayed by any planner until it is answered. Its id is the command's id, so sending it twice changes nothing.
 */
@Entity({ schema: SCHEMA, name: 'outgoing' })
@Index('outgoing_open_index', ['deploymentId', 'position'], { where: 'answered_at IS NULL' })
export class OutgoingRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'outgoing_pk' })
  id!: string;

  @Column({ type: 'text' })
  kind!: OutgoingKind;

  @Column({ type: 'uuid' })
  @ForeignKey(() => DeploymentRow, { name: 'outgoing_deployment_fk', onDelete: 'CASCADE' })
  deploymentId!: string;

  /** Place in the deployment's line: a control never overtakes the start. */
  @Column({ type: 'integer' })
  position!: number;

  /** The command's body; secrets in it are sealed. */
  @Column({ type: 'jsonb' })
  body!: unknown;

  /** Of the request that it comes from; null: none, or an older version wrote it. */
  @Column({ type: 'text', nullable: true })
  requestId!: string | null;

  /** Where that is in a trace (W3C); null: in none. */
  @Column({ type: 'text', nullable: true })
  traceparent!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** No planner tries before this moment: a lease while one is at it, and the pause after a failure. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  dueAt!: Date;

  @Column({ type: 'integer', default: 0 })
  tries!: number;

  /** Null until an executor has answered. */
  @Column({ type: 'timestamptz', nullable: true })
  answeredAt!: Date | null;

  /** Why the executors refused; null: accepted, or not answered yet. */
  @Column({ type: 'jsonb', nullable: true })
  refused!: Problem[] | null;

  /** Why the last try brought no answer, or one that another try may better; null: there was none. */
  @Column({ type: 'text', nullable: true })
  lastFailure!: string | null;
}
