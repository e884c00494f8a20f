import type { Become, JsonObject, NodeFacts } from '@muster/model';
import type { AcceptedHostKey } from './clusters';

/** A machine known to the planner. */
export interface NodeView {
  readonly name: string;
  readonly address: string | null;
  readonly port: number;
  readonly user: string;
  readonly become: Become;
  readonly jump: string | null;
  readonly stateDir: string | null;
  /** Accepted fingerprint. */
  readonly hostKey: string | null;
  /** A private key for the login is known. */
  readonly hasIdentity: boolean;
  readonly cluster: string | null;
  /** `new`, `enrolled`, `discovered`, `provisioning`, ... See docs/reference/nodes.md. */
  readonly state: string;
  readonly stateSince: string;
  /** Null: nobody has looked. */
  readonly online: boolean | null;
  readonly lastSeenAt: string | null;
  readonly labels: readonly string[];
  /** Null: never inspected. */
  readonly facts: NodeFacts | null;
  readonly factsAt: string | null;
  readonly roles: readonly string[];
  /** Null: derived from the roles. */
  readonly tags: readonly string[] | null;
  /** What graphs wrote when they ended: `status: provisioned`. */
  readonly attributes: JsonObject;
  /** ISO 8601 UTC. */
  readonly registeredAt: string;
}

export interface RegisterNode {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly become?: Become;
  readonly hostKey?: string;
  /** Private key; the planner seals it. */
  readonly identity?: string;
  readonly stateDir?: string;
  readonly jump?: string | null;
  readonly labels?: readonly string[];
}

export interface NodeChange {
  readonly node: string;
  readonly created: boolean;
  /** Names of fields that are other than before. */
  readonly changed: readonly string[];
}

/** Something that happened to a node. */
export interface NodeHistoryEntry {
  readonly at: string;
  readonly kind: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly who: string | null;
  readonly transaction: string | null;
  readonly data: JsonObject;
}

export interface RegisteredNodes {
  readonly nodes: readonly NodeView[];
  /** In the order of the request. */
  readonly changes: readonly NodeChange[];
  readonly acceptedHostKeys: readonly AcceptedHostKey[];
}

/** What a machine shows now, beside what was accepted. */
export interface InspectedNode {
  readonly node: string;
  readonly hostKey: string;
  readonly accepted: string | null;
  readonly matches: boolean;
}

export interface AdoptedNode {
  readonly node: string;
  readonly adopted: boolean;
}
