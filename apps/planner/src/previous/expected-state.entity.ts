import type { JsonObject } from '@muster/model';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';

/**
 * A part of what a node was expected to be: the cluster's common part, or one node's own. Stored once, however many
 * deployments, nodes and tasks refer to it; forgotten when nothing does (see `forget-states.ts`).
 */
@Entity({ schema: SCHEMA, name: 'expected_state' })
export class ExpectedStateRow {
  /** `sha256:...` over its content, where a secret counts by its fingerprint: sealing it anew is no other state. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'expected_state_pk' })
  digest!: string;

  /** Secrets are sealed. */
  @Column({ type: 'jsonb' })
  content!: JsonObject;

  /** When a deployment last began to refer to it. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  usedAt!: Date;
}
