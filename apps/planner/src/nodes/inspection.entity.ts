import type { Problem } from '@muster/problems';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { NodeRow } from './node.entity';

/** Nodes that somebody asked to be inspected together. */
@Entity({ schema: SCHEMA, name: 'inspection' })
@Index('inspection_list_index', ['project', 'createdAt', 'id'])
export class InspectionRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'inspection_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  who!: string;

  @Column({ type: 'text', nullable: true })
  why!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}

export const INSPECTION_STATES = ['waiting', 'running', 'succeeded', 'failed'] as const;
export type InspectionState = (typeof INSPECTION_STATES)[number];

/** One node of an inspection. */
@Entity({ schema: SCHEMA, name: 'inspection_node' })
@Index('inspection_node_open_index', ['nextAt'], { where: 'ended_at IS NULL' })
export class InspectionNodeRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'inspection_node_pk' })
  @ForeignKey(() => InspectionRow, { name: 'inspection_node_inspection_fk', onDelete: 'CASCADE' })
  inspectionId!: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'inspection_node_pk' })
  @ForeignKey(() => NodeRow, { name: 'inspection_node_node_fk', onDelete: 'CASCADE' })
  nodeId!: string;

  @Column({ type: 'text', default: 'waiting' })
  state!: InspectionState;

  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** Database time from which it may be tried. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  nextAt!: Date;

  /** Until then a planner is at it; after that another may try. */
  @Column({ type: 'timestamptz', nullable: true })
  leasedUntil!: Date | null;

  /** Of the last try that failed. */
  @Column({ type: 'jsonb', default: () => "'[]'" })
  problems!: Problem[];

  @Column({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
