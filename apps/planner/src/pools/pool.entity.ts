import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import { SCHEMA } from '../database/schema';

/** A limit that deployments of all clusters of a project share. Who holds its slots is known to the executors alone. */
@Entity({ schema: SCHEMA, name: 'pool' })
export class PoolRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pool_pk' })
  @ForeignKey(() => ProjectRow, { name: 'pool_project_fk' })
  project!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pool_pk' })
  name!: string;

  @Column({ type: 'integer' })
  slots!: number;

  /** Grows with each setting, so that executors know the newest. */
  @Column({ type: 'integer' })
  version!: number;
}
