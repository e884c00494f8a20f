import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from './schema';

/** One row: the id that nodes remember as their owner's. Made at the first start, the same for all planners. */
@Entity({ schema: SCHEMA, name: 'installation' })
export class InstallationRow {
  @PrimaryColumn({ type: 'boolean', primaryKeyConstraintName: 'installation_pk' })
  only!: boolean;

  @Column({ type: 'text' })
  id!: string;
}
