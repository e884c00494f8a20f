import type { Become, JsonObject, NodeFacts, OwnDriver, SealedSecret } from '@muster/model';
import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { SCHEMA } from '../database/schema';
import type { NodeState } from './node-states';

/** A machine that the planner knows: how it is reached, and which cluster it serves. */
@Entity({ schema: SCHEMA, name: 'node' })
@Unique('node_name_unique', ['project', 'name'])
export class NodeRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'node_pk' })
  id!: string;

  @Column({ type: 'text' })
  project!: string;

  @Column({ type: 'text' })
  name!: string;

  /** Null: registered, but in no cluster. */
  @Column({ type: 'uuid', nullable: true })
  @ForeignKey(() => ClusterRow, { name: 'node_cluster_fk', onDelete: 'SET NULL' })
  @Index('node_cluster_index')
  clusterId!: string | null;

  /** Null: not told yet; such a node can be planned for, but not deployed to. */
  @Column({ type: 'text', nullable: true })
  address!: string | null;

  @Column({ type: 'integer', default: 22 })
  port!: number;

  @Column({ name: 'login', type: 'text', default: 'root' })
  user!: string;

  @Column({ type: 'text', default: 'none' })
  become!: Become;

  @Column({ type: 'text', nullable: true })
  jump!: string | null;

  @Column({ type: 'text', nullable: true })
  stateDir!: string | null;

  /** Accepted fingerprint, `SHA256:...`; null: none accepted yet. */
  @Column({ type: 'text', nullable: true })
  hostKey!: string | null;

  /** Private key of the login; null: none given yet. */
  @Column({ type: 'jsonb', nullable: true })
  identity!: SealedSecret | null;

  @Column({ type: 'text', array: true, default: () => "'{}'" })
  roles!: string[];

  /** Null: derived from the roles. */
  @Column({ type: 'text', array: true, nullable: true })
  tags!: string[] | null;

  /** What graphs of its cluster wrote when they ended; empty in no cluster. */
  @Column({ type: 'jsonb', default: () => "'{}'" })
  attributes!: JsonObject;

  @Column({ type: 'text', default: 'new' })
  state!: NodeState;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  stateSince!: Date;

  /** Where it was before a deployment made it busy; null: it never was. */
  @Column({ type: 'text', nullable: true })
  stateBefore!: NodeState | null;

  /** What the machine said of itself when it was inspected; null: never. */
  @Column({ type: 'jsonb', nullable: true })
  facts!: NodeFacts | null;

  @Column({ type: 'timestamptz', nullable: true })
  factsAt!: Date | null;

  /** Whether it answered when it was last looked at; null: nobody has looked. */
  @Column({ type: 'boolean', nullable: true })
  online!: boolean | null;

  @Column({ type: 'timestamptz', nullable: true })
  lastSeenAt!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  checkedAt!: Date | null;

  /** Words of its operators, to find it by; planning does not read them. Sorted. */
  @Column({ type: 'text', array: true, default: () => "'{}'" })
  labels!: string[];

  /** Given by hand or by match; null: what it fits is told by its facts. */
  @Column({ type: 'text', nullable: true })
  profile!: string | null;

  /** How it is made, erased and switched; secrets in it are sealed. Null: as its cluster says. */
  @Column({ type: 'jsonb', nullable: true })
  driver!: OwnDriver | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  registeredAt!: Date;
}
