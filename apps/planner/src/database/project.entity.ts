import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from './schema';

/** Owner of every name. */
@Entity({ schema: SCHEMA, name: 'project' })
export class ProjectRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'project_pk' })
  name!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'text', default: 'muster' })
  createdBy!: string;

  /** Since when it is only read; null: it is in use. */
  @Column({ type: 'timestamptz', nullable: true })
  archivedAt!: Date | null;
}
