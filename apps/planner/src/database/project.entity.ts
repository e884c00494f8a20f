import { Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from './schema';

/** Owner of every name. */
@Entity({ schema: SCHEMA, name: 'project' })
export class ProjectRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'project_pk' })
  name!: string;
}
