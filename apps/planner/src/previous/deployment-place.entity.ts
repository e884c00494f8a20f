import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { DeploymentRow } from '../transactions/deployment.entity';

/** With what the tasks of a place (a node, `master`, `sync`) are recorded when they succeed; gone when the deployment ends. */
@Entity({ schema: SCHEMA, name: 'deployment_place' })
export class DeploymentPlaceRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'deployment_place_pk' })
  @ForeignKey(() => DeploymentRow, { name: 'deployment_place_deployment_fk', onDelete: 'CASCADE' })
  deploymentId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'deployment_place_pk' })
  node!: string;

  /** Of the machine that the tasks run on; null for the sync point. */
  @Column({ type: 'text', nullable: true })
  hostKey!: string | null;

  /** Digests of the expected state's parts. */
  @Column({ type: 'text' })
  common!: string;

  @Column({ type: 'text' })
  own!: string;
}
