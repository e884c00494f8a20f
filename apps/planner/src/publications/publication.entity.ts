import type { BundleKind } from '@muster/model';
import type { PublicationReply, Reply } from '@muster/protocol';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/** A bundle that arrives in parts, by message; kept for a while after its end, so that whoever asks again is answered. */
@Entity({ schema: SCHEMA, name: 'publication' })
@Index('publication_by_sender', ['project', 'who', 'createdAt'])
export class PublicationRow {
  /** The sender's choice; its parts name it. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'publication_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  kind!: BundleKind;

  @Column({ type: 'text' })
  who!: string;

  /** Of the whole archive, as announced. */
  @Column({ type: 'text' })
  digest!: string;

  /** Bytes. */
  @Column({ type: 'integer' })
  size!: number;

  @Column({ type: 'integer' })
  parts!: number;

  /** Artifacts of the parts that are here, by index. */
  @Column({ type: 'jsonb', default: () => "'{}'" })
  received!: Record<string, string>;

  /** Null: not all parts are here, or nobody is done with them. */
  @Column({ type: 'jsonb', nullable: true })
  answer!: Reply<PublicationReply> | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
