import type { ClusterSpec } from '@muster/model';
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { ClusterRow } from './cluster.entity';

export const REVISION_CHANGES = ['apply', 'edit', 'rollback', 'preset', 'clone', 'import'] as const;

/** How a revision came about. */
export type RevisionChange = (typeof REVISION_CHANGES)[number];

/** An immutable snapshot of everything configurable of a cluster; secrets in it are sealed. */
@Entity({ schema: SCHEMA, name: 'revision' })
export class RevisionRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'revision_pk' })
  @ForeignKey(() => ClusterRow, { name: 'revision_cluster_fk', onDelete: 'CASCADE' })
  clusterId!: string;

  /** Counts from 1 within the cluster. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'revision_pk' })
  number!: number;

  /** Over the content, a secret counting by its fingerprint. */
  @Column({ type: 'text' })
  hash!: string;

  @Column({ type: 'jsonb' })
  content!: ClusterSpec;

  @Column({ type: 'text' })
  createdBy!: string;

  /** What whoever wrote it said; null: nothing. */
  @Column({ type: 'text', nullable: true })
  why!: string | null;

  @Column({ type: 'text', default: 'apply' })
  change!: RevisionChange;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
