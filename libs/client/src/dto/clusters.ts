import type { Problem } from '@muster/problems';

/** A cluster to create or revise. */
export interface ApplyCluster {
  /** Text of the cluster file. */
  readonly source: string;
  /** How problems name the file. */
  readonly sourceName: string;
  /** Private keys by node name; the planner seals them. */
  readonly identities: Readonly<Record<string, string>>;
  /** Accept the host keys that the nodes show now. */
  readonly acceptHostKeys: boolean;
}

export interface AppliedCluster {
  readonly cluster: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly acceptedHostKeys: readonly { readonly node: string; readonly hostKey: string }[];
  readonly problems: readonly Problem[];
}

export interface ClusterSummary {
  readonly name: string;
  readonly environment?: string | null;
  readonly release?: string | null;
  readonly plugins?: readonly string[];
  readonly revision: number;
  readonly nodes?: number | readonly unknown[];
}

export interface RevisionSummary {
  readonly number: number;
  readonly hash?: string;
  readonly createdAt?: string;
  readonly who?: string;
}
