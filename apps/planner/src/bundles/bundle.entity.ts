import type { Bundle, BundleKind } from '@muster/model';
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
}
