import type { Fingerprint } from '@muster/planning';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/**
 * What a running deployment's task is to be recorded as. Beside `task`, whose rows are written again and again; without a
 * foreign key, since 100,000 rows are written at once. Gone when the deployment ends.
 */
@Entity({ schema: SCHEMA, name: 'task_record' })
@Index('task_record_resets_index', ['deploymentId'], { where: 'resets' })
export class TaskRecordRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'task_record_pk' })
  deploymentId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'task_record_pk' })
  task!: string;

  @Column({ type: 'text' })
  definition!: string;

  @Column({ type: 'text' })
  node!: string;

  @Column({ type: 'jsonb' })
  fingerprint!: Fingerprint;

  /** It makes the machine anew, so nothing that was done there before is left. */
  @Column({ type: 'boolean' })
  resets!: boolean;
}
