import type { AttemptResult } from '@muster/model';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { DeploymentRow } from './deployment.entity';

/** One try of one task. */
@Entity({ schema: SCHEMA, name: 'attempt' })
export class AttemptRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'attempt_pk' })
  @ForeignKey(() => DeploymentRow, { name: 'attempt_deployment_fk', onDelete: 'CASCADE' })
  deploymentId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'attempt_pk' })
  task!: string;

  /** Counts from 1 per task. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'attempt_pk' })
  attempt!: number;

  @Column({ type: 'timestamptz' })
  startedAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  /** That started it; null: an older version kept none. */
  @Column({ type: 'text', nullable: true })
  executor!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  result!: AttemptResult | null;
}
