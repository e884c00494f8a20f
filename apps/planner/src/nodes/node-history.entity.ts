import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SCHEMA } from '../database/schema';
import { NodeRow } from './node.entity';
import type { NodeState } from './node-states';

export type NodeHistoryKind =
  | 'registered'
  | 'changed'
  | 'host-key'
  | 'state'
  | 'inspected'
  | 'inspect-failed'
  | 'assigned'
  | 'unassigned'
  | 'adopted'
  | 'power'
  | 'online'
  | 'offline';

/** Something that happened to a node. Goes with the node; the feed keeps what it told. */
@Entity({ schema: SCHEMA, name: 'node_history' })
@Index('node_history_index', ['nodeId', 'at', 'id'])
export class NodeHistoryRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'node_history_pk' })
  id!: string;

  @Column({ type: 'uuid' })
  @ForeignKey(() => NodeRow, { name: 'node_history_node_fk', onDelete: 'CASCADE' })
  nodeId!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  at!: Date;

  @Column({ type: 'text' })
  kind!: NodeHistoryKind;

  @Column({ type: 'text', nullable: true })
  fromState!: NodeState | null;

  @Column({ type: 'text', nullable: true })
  toState!: NodeState | null;

  /** Null: nobody asked for it; the planner saw it. */
  @Column({ type: 'text', nullable: true })
  who!: string | null;

  /** By which it happened; null: none. */
  @Column({ type: 'uuid', nullable: true })
  transactionId!: string | null;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  data!: Record<string, unknown>;
}
