import type { Become, JsonObject, NodeFacts, PowerAction } from '@muster/model';
import type { Problem } from '@muster/problems';
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
  /** Else it has its cluster's. */
  readonly hasDriver: boolean;
  /** Given by hand or by match. */
  readonly profile: string | null;
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
  /** For `If-Match`. */
  readonly etag: string;
}

/** A node of a list. */
export type ListedNode = Omit<NodeView, 'facts'>;

export interface NodeFilter {
  readonly state?: readonly string[];
  readonly role?: string;
  readonly tag?: string;
  readonly label?: string;
  /** Empty: in none. */
  readonly cluster?: string;
  readonly online?: boolean;
  readonly text?: string;
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
  /** Null: it is reached through another node, so nobody can look without logging in. */
  readonly hostKey: string | null;
  readonly accepted: string | null;
  readonly matches: boolean | null;
  /** Null where it could not be asked. */
  readonly facts: NodeFacts | null;
  /** Why it could not be asked. */
  readonly problems: readonly Problem[];
}

/** Nodes that are asked for their facts together. */
export interface Inspection {
  readonly inspection: string;
  readonly who: string;
  readonly why: string | null;
  readonly createdAt: string;
  /** Null: not all nodes are done. */
  readonly endedAt: string | null;
  readonly counts: Readonly<Record<'waiting' | 'running' | 'succeeded' | 'failed', number>>;
}

export interface InspectionWithNodes extends Inspection {
  readonly nodes: readonly {
    readonly node: string;
    readonly state: 'waiting' | 'running' | 'succeeded' | 'failed';
    readonly attempts: number;
    /** Of the last try that failed. */
    readonly problems: readonly Problem[];
    readonly endedAt: string | null;
  }[];
}

export interface AdoptedNode {
  readonly node: string;
  readonly adopted: boolean;
}

/** SSH servers that answered; none was logged in to. */
export interface DiscoveredMachines {
  readonly looked: number;
  readonly machines: readonly {
    readonly address: string;
    readonly port: number;
    readonly hostKey: string;
    readonly greeting: string | null;
    /** Null: unknown. */
    readonly node: string | null;
  }[];
}

/** How a machine is made, erased and switched; secrets are shown as `<secret>`. */
export interface ShownDriver {
  readonly type: string;
  readonly commands?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface NodeDriverView {
  readonly node: string;
  /** Null: it has its cluster's. */
  readonly own: ShownDriver | null;
  readonly effective: ShownDriver;
  /** `node`, `cluster` or `default`. */
  readonly origin: string;
  readonly actions: readonly string[];
  readonly etag: string;
}

export interface PowerWish {
  readonly action: PowerAction;
  /** The node that the driver's commands run on; absent: the master node of its cluster. */
  readonly on?: string;
  readonly force?: boolean;
  readonly reason?: string;
}

export interface PoweredNode {
  readonly node: string;
  readonly action: string;
  /** For `status`, if the driver says it. */
  readonly power: 'on' | 'off' | null;
  readonly output: string;
}
