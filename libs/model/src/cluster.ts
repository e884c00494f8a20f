import type { JsonObject } from './json';
import type { NodeDriverSpec } from './node-driver';
import type { GraphDefinition, Ramp } from './release';

export type Become = 'none' | 'sudo';

/** How a node is reached. All optional here: a node known to the planner needs none of it. */
export interface NodeAccess {
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly become?: Become;
  /** Read by the CLI on its own machine; never sent. */
  readonly identityFile?: string;
  /** `SHA256:` and the base64 fingerprint, as OpenSSH prints it. */
  readonly hostKey?: string;
  readonly jump?: string;
  /** Folder of the launcher on the node; absent: `/var/lib/muster`. */
  readonly stateDir?: string;
}

export interface ClusterNode {
  readonly name: string;
  readonly access: NodeAccess;
  readonly roles: readonly string[];
  /** Exactly these tags instead of deriving them from roles; null: derive. */
  readonly tags: readonly string[] | null;
  readonly settings: JsonObject;
}

/** Task definitions and patches of the cluster itself, above those of release and plugins. */
export interface ClusterGraph extends GraphDefinition {
  /** As it stands in the cluster file. */
  readonly written: readonly JsonObject[];
}

/** Settings that a cluster was made from: they lie under its own, which win. */
export interface ClusterPreset {
  readonly name: string;
  readonly settings: JsonObject;
}

/** A parsed cluster file. */
export interface ClusterSpec {
  readonly name: string;
  readonly environment: string | null;
  /** `name@version`; null only offline. */
  readonly release: string | null;
  readonly plugins: readonly string[];
  readonly taskBased: boolean | null;
  /** Name of the node that carries tasks of role `master`. */
  readonly master: string | null;
  /** The common part of the expected state. */
  readonly settings: JsonObject;
  /** Options switched on and off; those that are not named are as the release says. Absent: none is named. */
  readonly options?: Readonly<Record<string, boolean>>;
  /** Absent: the cluster was not made from a preset. */
  readonly preset?: ClusterPreset;
  /** How many nodes each role is to have, by role; absent: as many as it is given. */
  readonly counts?: Readonly<Record<string, number>>;
  /** The profile that nodes of a role are to fit, by role; absent: any machine does. */
  readonly profiles?: Readonly<Record<string, string>>;
  readonly limits: {
    readonly nodesAtOnce: number | null;
    /** By role, above what the release says; null: no ramp although the release has one. Absent: as the release says. */
    readonly ramps?: Readonly<Record<string, Ramp | null>>;
  };
  /** How machines are made, erased and switched; absent: they are there already. */
  readonly driver?: NodeDriverSpec;
  /** Task types that are denied unless they are named; absent: none. Sorted. */
  readonly allow?: readonly string[];
  /** The cluster's own layer of task definitions; absent: none. */
  readonly graphs?: readonly ClusterGraph[];
  /** By name, in the file's order. */
  readonly nodes: readonly ClusterNode[];
}
