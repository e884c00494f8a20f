import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import { SCHEMA } from '../database/schema';
import type { Grants } from './grants';

/**
 * A token that a person or a program holds; only hashes of it are here. The admin token has no row: it comes from the
 * configuration. A revoked one keeps its row, and with it its name: what was recorded under it stays that one's.
 */
@Entity({ schema: SCHEMA, name: 'token' })
@Unique('token_name_unique', ['name'])
@Unique('token_hash_unique', ['hash'])
@Unique('token_previous_unique', ['previousHash'])
export class TokenRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'token_pk' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  /** SHA-256, hex. Enough without salt or stretching, since tokens are random and long. */
  @Column({ type: 'text' })
  hash!: string;

  @Column({ type: 'jsonb' })
  grants!: Grants;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'text' })
  createdBy!: string;

  /** Null: never. */
  @Column({ type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  /** To the minute. */
  @Column({ type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  /** What it was before it was rotated; taken until `previousUntil`. */
  @Column({ type: 'text', nullable: true })
  previousHash!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  previousUntil!: Date | null;
}
