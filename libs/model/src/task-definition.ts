import type { Place } from '@muster/problems';
import { isJsonObject, type Json, type JsonObject } from './json';
import type { ValidationMark } from './validation';

/** The closed registry of task types: how a task is done. */
export const TASK_TYPES = [
  'shell',
  'puppet',
  'upload_file',
  'upload_files',
  'copy_files',
  'sync',
  'reboot',
  'wait-for',
  'http',
  'ansible',
  'master_shell',
  'validate',
  'provision',
  'erase_node',
  'move_to_bootstrap',
  'anchor',
  'stage',
  'skipped',
  'group',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** Types without work: kept in the graph as bridges (`anchor`, `stage`, `skipped`), or no tasks at all (`group`). */
export const TYPES_WITHOUT_WORK: ReadonlySet<TaskType> = new Set(['anchor', 'stage', 'skipped', 'group']);

/** Types that can tell under `noop` what they would change. What others would do is unknown then. */
export const NOOP_TASK_TYPES: ReadonlySet<TaskType> = new Set<TaskType>([
  ...(['puppet', 'ansible', 'upload_file', 'upload_files', 'copy_files', 'sync'] as const),
  // A validation looks and changes nothing.
  'validate',
]);

/** A value, or an expression that gives one. */
export interface Expression {
  readonly yaql_exp: string;
}

/** Where a definition is placed: names of tags or `/regex/`, `master`; `*` alone is every node that has a tag. */
export type Placement = '*' | readonly string[];

/**
 * Which nodes a cross relation looks at: role names or `/regex/`, `master`, `*`, `self`; null is the sync point.
 * In a list `*` and `self` are only names, and `null` is the sync point.
 */
export type RoleSelector = string | readonly string[] | null;

/** One relation of a task definition to others. `name` may be a `/regex/`. */
export interface Relation {
  readonly name: string;
  /** Absent: same node and sync point for `requires`, all nodes but neither master nor sync point for cross relations. */
  readonly role?: RoleSelector | Expression;
  readonly policy?: 'all' | 'any';
}

/** True for `{yaql_exp: text}` and nothing else in it. */
export function isExpression(value: unknown): value is Expression {
  return isJsonObject(value) && typeof value['yaql_exp'] === 'string' && Object.keys(value).length === 1;
}

/** Unlimited is its own value: a limit is never absent by accident. */
export type Limit = number | 'unlimited';

/** A number of nodes: a count, a percentage rounded down, or negative: at least that many must succeed. */
export type FaultTolerance = { readonly count: number } | { readonly percent: number } | { readonly atLeast: number };

export type OnFailure = 'fail' | 'skip' | 'pause';

/**
 * Declared work, not yet tied to a node, as parsed and normalised from a task file.
 * Relations and lists are never absent (empty instead); times are in milliseconds.
 */
export interface TaskDefinition {
  readonly id: string;
  readonly type: TaskType;
  /** Of the task format: 1.0.0 to 2.2.0; null when the key is absent. */
  readonly version: string | null;
  /** Placement: tags, else roles, else groups; null when the key is absent. */
  readonly tags: Placement | null;
  readonly roles: Placement | null;
  readonly groups: Placement | null;
  readonly requires: readonly (Relation | Expression)[];
  readonly requiredFor: readonly (Relation | Expression)[];
  readonly crossDepends: readonly (Relation | Expression)[];
  readonly crossDependedBy: readonly (Relation | Expression)[];
  /** Definitions (or `/regex/`) after all of whose tasks this one comes, wherever they are. */
  readonly after: readonly string[];
  /** Members of a `group` definition. */
  readonly tasks: readonly string[];
  /** Absent means true. */
  readonly condition: boolean | string | Expression | null;
  /** Without `strategy`, `retries`, `timeout` and the pause between tries (`interval`): those are read out of it. */
  readonly parameters: JsonObject;
  /** How many of this definition may run at once; from `parameters.strategy`. */
  readonly strategy: { readonly type: 'one_by_one' | 'parallel'; readonly amount: Limit | Expression };
  readonly onFailure: OnFailure;
  readonly faultTolerance: FaultTolerance | null;
  readonly retries: { readonly count: number; readonly delayMs: number; readonly backoff: number };
  readonly timeoutMs: number;
  readonly repeat: { readonly times: number; readonly judge: 'last' } | null;
  readonly section: string | null;
  readonly pool: string | null;
  /** Null: none declared. */
  readonly inputs: Readonly<Record<string, Json>> | null;
  readonly outputs: JsonObject | null;
  readonly idempotent: boolean;
  readonly expectedMs: number | null;
  readonly description: string | null;
  /** It checks, for a validation; absent: it is a task like others. */
  readonly validation?: ValidationMark;
  /** The included release that it is part of, as `IncludedRelease.as`: it sees that one's settings. Absent: none. */
  readonly scope?: string;
  /** Where it was read. */
  readonly place: Place;
}

/** What may be said of a definition by whoever changes it from another layer. */
export type DefinitionChanges = Partial<
  Omit<TaskDefinition, 'id' | 'parameters' | 'inputs' | 'scope' | 'validation' | 'place'>
>;

/**
 * Changes to a definition of a lower layer, as parsed: each field that is there replaces the definition's. Parameters and
 * inputs are merged key by key: mappings deeply, null removes.
 */
export interface TaskPatch {
  /** Id of the definition that is changed. */
  readonly patch: string;
  readonly changes: DefinitionChanges;
  readonly parameters: JsonObject;
  /** Null: the definition is to declare none any more; absent: left alone. */
  readonly inputs?: JsonObject | null;
  readonly place: Place;
}
