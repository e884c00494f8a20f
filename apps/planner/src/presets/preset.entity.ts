import type { ClusterSpec } from '@muster/model';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A revision without a cluster: nothing in it belongs to one machine, and its secrets are blank. */
@Entity({ schema: SCHEMA, name: 'preset' })
@Unique('preset_name_unique', ['project', 'name'])
export class PresetRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'preset_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  title!: string | null;

  /** `CLUSTER@REVISION` that it was saved from. */
  @Column({ type: 'text' })
  savedFrom!: string;

  @Column({ type: 'jsonb' })
  content!: ClusterSpec;

  @Column({ type: 'text' })
  createdBy!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
