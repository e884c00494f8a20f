import type { JsonObject } from '@muster/model';
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

/** A host key that was not known before. */
export interface AcceptedHostKey {
  readonly node: string;
  readonly hostKey: string;
}

export interface AppliedCluster {
  readonly cluster: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly acceptedHostKeys: readonly AcceptedHostKey[];
  readonly problems: readonly Problem[];
}

export interface ClusterSummary {
  readonly name: string;
  readonly environment: string | null;
  readonly release: string | null;
  readonly plugins: readonly string[];
  /** The newest. */
  readonly revision: number;
  /** The last one deployed with success. */
  readonly liveRevision: number | null;
  /** How many. */
  readonly nodes: number;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

/** As `ClusterSummary`, with the newest revision; secrets show as `<secret>`. */
export interface ClusterView extends ClusterSummary {
  readonly content: JsonObject;
}

export interface RevisionSummary {
  readonly number: number;
  readonly hash: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly who: string;
}

export interface RevisionView extends RevisionSummary {
  readonly content: JsonObject;
}
