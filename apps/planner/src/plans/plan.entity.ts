import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { SCHEMA } from '../database/schema';
import type { PlanOptions } from './plan-options';

/** A plan that somebody was shown, kept under its digest so that exactly it can be approved. */
@Entity({ schema: SCHEMA, name: 'plan' })
export class PlanRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'plan_pk' })
  @ForeignKey(() => ClusterRow, { name: 'plan_cluster_fk', onDelete: 'CASCADE' })
  clusterId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'plan_pk' })
  digest!: string;

  @Column({ type: 'integer' })
  revision!: number;

  /** Told again when the plan is approved without repeating them; read through `planOptions`. */
  @Column({ type: 'jsonb' })
  options!: Partial<PlanOptions>;

  @Column({ type: 'text' })
  graphType!: string;

  /** Gzipped JSON as it was shown: secrets masked. */
  @Column({ type: 'bytea' })
  json!: Buffer;

  /** Gzipped JSON of what it was made from; null: it was made before that was kept. */
  @Column({ type: 'bytea', nullable: true })
  grounds!: Buffer | null;

  /** The graph as it is sent: packed and gzipped. May hold sealed secrets. */
  @Column({ type: 'bytea' })
  graph!: Buffer;

  /** Gzipped JSON: texts that the graph refers to by digest. Null: none. */
  @Column({ type: 'bytea', nullable: true })
  parameters!: Buffer | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
