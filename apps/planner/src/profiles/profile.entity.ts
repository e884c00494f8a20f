import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** What a machine must be to fit a purpose: rules over facts and labels, all of which hold. */
@Entity({ schema: SCHEMA, name: 'profile' })
export class ProfileRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'profile_pk' })
  project!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'profile_pk' })
  name!: string;

  @Column({ type: 'text', array: true })
  rules!: string[];

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  changedAt!: Date;
}
