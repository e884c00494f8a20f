import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { DeploymentRow } from '../transactions/deployment.entity';

/** Bytes of one stream of one attempt, where they begin; chunks may come twice, late and overlapping. */
@Entity({ schema: SCHEMA, name: 'output_chunk' })
export class OutputChunkRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'output_chunk_pk' })
  @ForeignKey(() => DeploymentRow, { name: 'output_chunk_deployment_fk', onDelete: 'CASCADE' })
  deploymentId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'output_chunk_pk' })
  task!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'output_chunk_pk' })
  attempt!: number;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'output_chunk_pk' })
  stream!: 'stdout' | 'stderr';

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'output_chunk_pk' })
  start!: number;

  @Column({ type: 'bytea' })
  bytes!: Buffer;
}
