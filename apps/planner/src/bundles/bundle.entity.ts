import type { Bundle, BundleKind } from '@muster/model';
import type { Problem } from '@muster/problems';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A published release or plugin; never changed, never replaced. File contents are artifacts. */
@Entity({ schema: SCHEMA, name: 'bundle' })
@Unique('bundle_name_unique', ['project', 'kind', 'name', 'version'])
export class BundleRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'bundle_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  kind!: BundleKind;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  version!: string;

  /** Over every file, contents included. */
  @Column({ type: 'text' })
  digest!: string;

  @Column({ type: 'jsonb' })
  content!: Bundle;

  @Column({ type: 'text' })
  publishedBy!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  publishedAt!: Date;

  /** The archive as it was sent, an artifact; null: published by an earlier version, which did not keep it. */
  @Column({ type: 'text', nullable: true })
  archiveDigest!: string | null;

  /** Bytes; arrives as text. */
  @Column({ type: 'bigint', nullable: true })
  archiveSize!: string | null;

  @Column({ type: 'boolean', nullable: true })
  archiveGzipped!: boolean | null;

  /** What reading it had to say when it was published: warnings only. */
  @Column({ type: 'jsonb', default: () => "'[]'" })
  problems!: Problem[];

  /** Since when it is not offered for new clusters; null: it is. */
  @Column({ type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;

  @Column({ type: 'text', nullable: true })
  retiredBy!: string | null;

  @Column({ type: 'text', nullable: true })
  retiredWhy!: string | null;
}
