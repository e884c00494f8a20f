import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A cluster: its name, and which of its revisions is the newest. */
@Entity({ schema: SCHEMA, name: 'cluster' })
@Unique('cluster_name_unique', ['project', 'name'])
export class ClusterRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'cluster_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'integer' })
  headRevision!: number;

  /** Last one that was deployed with success; null: none yet. */
  @Column({ type: 'integer', nullable: true })
  liveRevision!: number | null;

  /** Tag -> node that carries its `primary-`: chosen once, kept as long as the node keeps the tag. */
  @Column({ type: 'jsonb', default: () => "'{}'" })
  primaries!: Record<string, string>;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
