import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A token somebody holds; only its hash is here. The admin token has no row: it comes from the configuration. */
@Entity({ schema: SCHEMA, name: 'token' })
export class TokenRow {
  /** SHA-256, hex. Enough without salt or stretching, since tokens are random and long. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'token_pk' })
  hash!: string;

  @Column({ type: 'text' })
  principal!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** Null: never. */
  @Column({ type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;
}
