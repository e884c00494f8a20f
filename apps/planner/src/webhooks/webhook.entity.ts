import type { SealedSecret } from '@muster/model';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import { SCHEMA } from '../database/schema';

/** Somebody elsewhere to be told of events by HTTP. Told in the order of the feed, one event after another. */
@Entity({ schema: SCHEMA, name: 'webhook' })
@Unique('webhook_name_unique', ['project', 'name'])
@Index('webhook_due_index', ['dueAt'], { where: "state = 'active'" })
export class WebhookRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_pk' })
  id!: string;

  @Column({ type: 'text' })
  @ForeignKey(() => ProjectRow, { name: 'webhook_project_fk' })
  project!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', array: true })
  kinds!: string[];

  /** Null: of all. */
  @Column({ type: 'text', nullable: true })
  cluster!: string | null;

  @Column({ type: 'jsonb' })
  secret!: SealedSecret;

  /** Signs beside it until then, so that a receiver has time to learn the new one. */
  @Column({ type: 'jsonb', nullable: true })
  oldSecret!: SealedSecret | null;

  @Column({ type: 'timestamptz', nullable: true })
  oldSecretUntil!: Date | null;

  @Column({ type: 'text' })
  state!: 'active' | 'disabled';

  /** Why and by whom it was disabled; null while it is active. */
  @Column({ type: 'text', nullable: true })
  disabledWhy!: string | null;

  /** Everything up to this number was delivered, or is of no interest to it. */
  @Column({ type: 'bigint' })
  last!: string;

  /** Grows with every change: a delivery that began before it moves nothing. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  /** In a row; 0 after a success. */
  @Column({ type: 'integer', default: 0 })
  failures!: number;

  @Column({ type: 'timestamptz', nullable: true })
  failingSince!: Date | null;

  @Column({ type: 'text', nullable: true })
  lastFailure!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  dueAt!: Date;

  /** The planner that delivers now, until when it may; null: none. */
  @Column({ type: 'uuid', nullable: true })
  owner!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  leasedUntil!: Date | null;

  @Column({ type: 'text' })
  who!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
