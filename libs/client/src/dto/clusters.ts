import type { Json, JsonObject } from '@muster/model';
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
  /** Kept with the revision. */
  readonly reason?: string;
}

/** What goes with an edit of a cluster. */
export interface EditOptions {
  /** Kept with the revision. */
  readonly reason?: string;
  /** ETag of the revision that is to be changed; absent: whatever it is. */
  readonly etag?: string;
  readonly acceptHostKeys?: boolean;
}

/** A host key that was not known before. */
export interface AcceptedHostKey {
  readonly node: string;
  readonly hostKey: string;
}

export interface AppliedCluster {
  readonly cluster: string;
  readonly revision: number;
  readonly hash: string;
  /** Of the revision, for `EditOptions`. */
  readonly etag: string;
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
  readonly etag: string;
  readonly content: JsonObject;
}

export interface RevisionSummary {
  readonly number: number;
  readonly hash: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly who: string;
  readonly why: string | null;
  readonly change: 'apply' | 'edit' | 'rollback' | 'preset' | 'clone' | 'import';
}

export interface RevisionView extends RevisionSummary {
  readonly content: JsonObject;
}

/** Where a value comes from, and who says it there. */
export interface SettingOrigin {
  readonly from: 'default' | 'option' | 'preset' | 'cluster' | 'node';
  readonly by: string;
}

/** A setting that has a value. */
export interface EffectiveValue {
  readonly path: readonly string[];
  /** Secrets show as `<secret>`, blank ones as `<to be filled>`. */
  readonly value: Json;
  readonly origin: SettingOrigin;
  /** What it would be if its origin did not say it. */
  readonly inherits: { readonly value: Json; readonly origin: SettingOrigin } | null;
  readonly secret: boolean;
  readonly blank: boolean;
  readonly deprecated: boolean;
  readonly fixed: boolean;
  readonly generated: boolean;
  readonly unused: boolean;
}

export interface EffectiveSettings {
  readonly cluster: string;
  readonly revision: number;
  readonly node: string | null;
  readonly values: readonly EffectiveValue[];
}

export interface ClusterChange {
  readonly path: readonly string[];
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: Json;
  readonly after: Json;
  /** A secret is part of it: what shows the same is different all the same. */
  readonly secret: boolean;
}

export interface RevisionDiff {
  readonly cluster: string;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly ClusterChange[];
}

export interface ClusterOption {
  readonly name: string;
  readonly group: string;
  readonly exclusive: boolean;
  readonly title: string | null;
  readonly description: string | null;
  readonly requires: readonly string[];
  readonly default: boolean;
  readonly settings: JsonObject;
  readonly declaredBy: string;
  readonly enabled: boolean;
}

export interface ClusterOptions {
  readonly cluster: string;
  readonly revision: number;
  readonly etag: string;
  readonly items: readonly ClusterOption[];
}

export interface SwitchedOption extends AppliedCluster {
  /** Options that are off now, since the one is on. */
  readonly switchedOff: readonly string[];
}

/** A cluster to be made of another one or of a preset. */
export interface MakeCluster {
  readonly name: string;
  /** New name of each node, null to leave it out. */
  readonly nodes?: Readonly<Record<string, string | null>>;
  readonly environment?: string;
  readonly reason?: string;
}

export interface Blank {
  /** Keys from the root of the cluster file. */
  readonly path: readonly string[];
  readonly kind: 'secret' | 'address' | 'hostKey' | 'identity';
}

export interface MadeCluster extends AppliedCluster {
  /** What is to be given before it can be deployed. */
  readonly toBeFilled: readonly Blank[];
  /** Paths of the settings that were generated for it. */
  readonly generated: readonly (readonly string[])[];
}

export interface Blanks {
  readonly cluster: string;
  readonly revision: number;
  readonly toBeFilled: readonly Blank[];
}

export interface PresetSummary {
  readonly name: string;
  readonly title: string | null;
  readonly release: string | null;
  /** `CLUSTER@REVISION`. */
  readonly savedFrom: string;
  readonly who: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

export interface PresetView extends PresetSummary {
  readonly content: JsonObject;
}
