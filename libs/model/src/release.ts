import type { Place } from '@muster/problems';
import type { JsonObject } from './json';
import type { ValidationSeverity, ValidationStage } from './validation';
import type { FaultTolerance, TaskDefinition, TaskPatch } from './task-definition';

/** Size of a wave: a number of nodes, or a share of the role's nodes that have something to do, rounded up. */
export type RampStep = number | `${number}%`;

/** In waves instead of all at once: one wave per step, then the rest; each begins when the one before it is well. */
export interface Ramp {
  /** Never empty. */
  readonly steps: readonly RampStep[];
  /** `manual`: a person opens each gate, once the wave before it is well. */
  readonly gate: 'auto' | 'manual';
}

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
  /** Absent: all of its nodes at once. */
  readonly ramp?: Ramp;
  readonly conflicts: readonly string[];
}

/** Something that a cluster may have or not have. */
export interface OptionDeclaration {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** Names of options that have to be on, too. */
  readonly requires: readonly string[];
  /** On, unless the cluster says otherwise. */
  readonly default: boolean;
  /** Over the defaults of the schema while it is on. */
  readonly settings: JsonObject;
}

/** Options that are about the same thing. */
export interface OptionGroup {
  readonly name: string;
  readonly title: string | null;
  /** At most one of them is on at a time. */
  readonly exclusive: boolean;
  readonly options: Readonly<Record<string, OptionDeclaration>>;
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
  /** Where the filter of nodes stands; absent without one, and in bundles that an older version read. */
  readonly filterPlace?: Place;
  readonly definitions: readonly TaskDefinition[];
  /** Changes to definitions of lower layers, at most one per definition; absent: none. */
  readonly patches?: readonly TaskPatch[];
}

/** A published version, as it was found. */
export interface BundleOrigin {
  readonly name: string;
  readonly version: string;
  /** Empty offline, where nothing is published. */
  readonly digest: string;
}

/** How an included release stands among the tasks around it, as written: ids of definitions, or names of other included releases. */
export interface Connections {
  /** Everything in it comes after these. */
  readonly after: readonly string[];
  /** These come after everything in it. */
  readonly before: readonly string[];
}

/** A release that is to be part of another one, as written in its manifest. */
export interface IncludeSpec {
  readonly as: string;
  /** `name@range`. */
  readonly release: string;
  /** By key of its settings: values, expressions and output bindings, in terms of the release around it. */
  readonly settings: JsonObject;
  readonly connect: Connections;
  readonly place: Place;
}

/** A release that is part of another one: its names begin with `as` and a dot there. */
export interface IncludedRelease extends BundleOrigin {
  /** With the names that those around it have, joined by dots. */
  readonly as: string;
  readonly compat: 'fuel' | null;
  /** Those that its definitions name. */
  readonly files: readonly BundleFile[];
  readonly settings: JsonObject;
  readonly connect: Connections;
}

/** A check that a release or plugin declares; its task does the checking and changes nothing. */
export interface Validation {
  readonly id: string;
  readonly title: string | null;
  readonly group: string;
  readonly severity: ValidationSeverity;
  readonly stage: ValidationStage;
  /** Types of the graphs that it belongs to. */
  readonly graphs: readonly string[];
  readonly definition: TaskDefinition;
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
  /** By group; absent: none. */
  readonly options?: Readonly<Record<string, OptionGroup>>;
  readonly sequences: Readonly<Record<string, readonly string[]>>;
  readonly graphs: readonly GraphDefinition[];
  readonly files: readonly BundleFile[];
  /** By id, in the order of the files; absent: none. */
  readonly validations?: readonly Validation[];
  /** As written; absent: none. */
  readonly includes?: readonly IncludeSpec[];
  /** The release that it was made from and those that this one was made from, nearest first; absent: none, or not looked up yet. */
  readonly bases?: readonly BundleOrigin[];
  /** Included releases and those in them, outer ones first; absent: none, or not looked up yet. */
  readonly included?: readonly IncludedRelease[];
}
