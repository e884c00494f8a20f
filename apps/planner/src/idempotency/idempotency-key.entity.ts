import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A key that a client gave to a write: the request it stands for and, once there, the answer. */
@Entity({ schema: SCHEMA, name: 'idempotency_key' })
export class IdempotencyKeyRow {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_key_pk' })
  project!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_key_pk' })
  principal!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_key_pk' })
  key!: string;

  /** SHA-256 over method, path and body. */
  @Column({ type: 'text' })
  request!: string;

  /** Null while the first request runs. */
  @Column({ type: 'integer', nullable: true })
  status!: number | null;

  @Column({ type: 'jsonb', nullable: true })
  answer!: unknown;

  /** A first request that has not answered by then is taken for dead, and the next one runs. */
  @Column({ type: 'timestamptz' })
  leasedUntil!: Date;

  @Column({ type: 'timestamptz' })
  @Index('idempotency_key_expiry_index')
  expiresAt!: Date;
}
