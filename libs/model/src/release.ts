import type { JsonObject } from './json';
import type { FaultTolerance, TaskDefinition, TaskPatch } from './task-definition';

export type RoleMode = 'concurrent' | 'serial' | 'leader';

/** A function that nodes are given; what a bundle says of it, defaults filled in. */
export interface Role {
  readonly name: string;
  /** Never empty: a role that says nothing carries the tag of its own name. */
  readonly tags: readonly string[];
  /** One node carries `primary-X` instead of `X`, for each of the role's own-named tag. */
  readonly hasPrimary: boolean;
  readonly order: number | null;
  readonly mode: RoleMode;
  readonly min: number;
  /** Null: no upper bound. */
  readonly max: number | null;
  /** How many tasks may run at once on nodes of this role; null: unlimited. */
  readonly concurrency: number | null;
  readonly faultTolerance: FaultTolerance | null;
  readonly conflicts: readonly string[];
}

export type BundleKind = 'release' | 'plugin';

/** One file of `files/`: its path below `files/`, bytes addressed by digest. */
export interface BundleFile {
  readonly path: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly size: number;
  /** Any execute bit was set. */
  readonly executable: boolean;
}

/** A named set of task definitions with one purpose. */
export interface GraphDefinition {
  readonly type: string;
  readonly metadata: JsonObject;
  readonly definitions: readonly TaskDefinition[];
  /** Changes to definitions of lower layers, at most one per definition; absent: none. */
  readonly patches?: readonly TaskPatch[];
}

/** A parsed release or plugin: everything that planning needs, file contents left out. */
export interface Bundle {
  readonly kind: BundleKind;
  readonly name: string;
  readonly version: string;
  readonly title: string | null;
  readonly compat: 'fuel' | null;
  readonly fuelVersion: string | null;
  readonly extends: string | null;
  /** Of a plugin: compatibility ranges (`name@range`) of the releases it merges into. */
  readonly releases: readonly string[];
  readonly roles: Readonly<Record<string, Role>>;
  readonly tags: Readonly<Record<string, { readonly hasPrimary: boolean }>>;
  /** JSON Schema of the settings; null: anything goes. */
  readonly settings: JsonObject | null;
  readonly sequences: Readonly<Record<string, readonly string[]>>;
  readonly graphs: readonly GraphDefinition[];
  readonly files: readonly BundleFile[];
}
