import type { TaskState } from '@muster/model';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { DeploymentRow } from './deployment.entity';

/** A task as the events told it so far. */
@Entity({ schema: SCHEMA, name: 'task' })
export class TaskRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'task_pk' })
  @ForeignKey(() => DeploymentRow, { name: 'task_deployment_fk', onDelete: 'CASCADE' })
  deploymentId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'task_pk' })
  task!: string;

  @Column({ type: 'text' })
  state!: TaskState;

  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** Of the last attempt; null while there is none. */
  @Column({ type: 'integer', nullable: true })
  exitCode!: number | null;

  @Column({ type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  /** Why it is in this state, in one sentence; null when the state says it all. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** What the last attempt tells of itself ("3 of 14 resources changed"); null when it tells nothing. */
  @Column({ type: 'text', nullable: true })
  summary!: string | null;

  /** Who asked to skip it while it waited, and why; null: nobody. */
  @Column({ type: 'text', nullable: true })
  skipAsked!: string | null;
}
