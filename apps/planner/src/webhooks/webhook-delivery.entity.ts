import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { WebhookRow } from './webhook.entity';

/** One try to deliver one event. */
@Entity({ schema: SCHEMA, name: 'webhook_delivery' })
@Index('webhook_delivery_list_index', ['webhookId', 'at', 'id'])
@Index('webhook_delivery_age_index', ['at'])
export class WebhookDeliveryRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_delivery_pk' })
  id!: string;

  @Column({ type: 'uuid' })
  @ForeignKey(() => WebhookRow, { name: 'webhook_delivery_webhook_fk', onDelete: 'CASCADE' })
  webhookId!: string;

  @Column({ type: 'bigint' })
  number!: string;

  @Column({ type: 'text' })
  kind!: string;

  /** When it began. */
  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'integer' })
  durationMs!: number;

  /** Of the answer; null: there was none. */
  @Column({ type: 'integer', nullable: true })
  status!: number | null;

  /** Null: it was taken. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** Beginning of the answer. */
  @Column({ type: 'text', nullable: true })
  excerpt!: string | null;
}
