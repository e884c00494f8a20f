import type { Bundle, ClusterSpec, JsonObject, OwnDriver, Plan, TaskAddress } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { Evaluator } from './evaluator';
import type { SecretAccess } from './evaluation/settings-evaluator';
import type { PlanGrounds } from './plan-grounds';
import type { ExpectedState, Fingerprint, PreviousStates } from './previous/previous-states';

/** Everything that a plan is made from: values, and pure functions of them. */
export interface PlanInput {
  readonly cluster: ClusterSpec;
  readonly release: Bundle;
  readonly plugins: readonly Bundle[];
  readonly graphType: string;
  readonly options?: PlanOptions;
  /** Tag -> node that carries its `primary-` so far. Default: none. */
  readonly previousPrimaries?: Readonly<Record<string, string>>;
  /** What evaluates expressions; absent: the interpreter, on the cluster's settings and the previous states. */
  readonly evaluator?: Evaluator;
  /** Absent: an expression that computes from a secret is a problem. */
  readonly secrets?: SecretAccess;
  /** Attributes of nodes that are no settings (`status`, `pending_deletion`, ...), for a graph's filter of nodes. */
  readonly attributes?: Readonly<Record<string, JsonObject>>;
  /** Drivers of nodes that have one of their own, by name; absent: all have the cluster's. */
  readonly drivers?: Readonly<Record<string, OwnDriver>>;
  /** What succeeded before; absent: nothing is known, so everything is new. */
  readonly previous?: PreviousStates;
  /** Recorded duration of a task in milliseconds; null: no history, so the author's hint counts. */
  readonly recordedMs?: (definition: string, node: string) => number | null;
  /** Slots of the pools that there are, by name; absent: not known, as offline, so that each counts as one. */
  readonly pools?: Readonly<Record<string, number>>;
  /** What else decides what runs; all of it goes into the digest. */
  readonly identity?: PlanIdentity;
  /** SHA-256 of a text in UTF-8, as 64 hex digits. */
  readonly sha256: (text: string) => string;
  /** Steps that all expressions may cost together; absent: ten million, and fifty thousand more for each node. */
  readonly expressionSteps?: number;
  /** Whether the caller's time for planning is up; asked often while expressions are evaluated. Absent: it never is. */
  readonly expired?: () => boolean;
  /** Called after each pass; `print` gives the graph as sorted text, at its own cost. */
  readonly trace?: (pass: string, print: () => string) => void;
}

export interface PlanOptions {
  /** Names of the nodes to act on; null or absent: all. Tasks of the master and the sync point always belong. */
  readonly nodes?: readonly string[] | null;
  /** Ids of definitions, or addresses; null or absent: all. */
  readonly tasks?: readonly string[] | null;
  /** `START[/nodes]:END[/nodes]`: what lies between; several add up. Null or absent: all. */
  readonly subgraphs?: readonly string[] | null;
  /** Adds what the chosen tasks need, also on other nodes. */
  readonly fetchDeps?: boolean;
  /** Runs also what would be skipped because nothing changed. */
  readonly force?: boolean;
  readonly noop?: boolean;
  /** Relations pairwise as resolved: no barriers, no reduction. To be looked at, not to be deployed. */
  readonly raw?: boolean;
}

export interface PlanIdentity {
  /** Hash of the cluster's revision. */
  readonly revision?: string;
  /** Digests of release and plugins, in that order. */
  readonly bundles?: readonly string[];
  /** Accepted host key (or machine id) by node. */
  readonly nodes?: Readonly<Record<string, string | null>>;
  /** Fingerprints of the previous state that was used, by address. */
  readonly previous?: Readonly<Record<TaskAddress, string>>;
}

export interface PlanOutcome {
  /** Null if any problem is an error. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
  /** What the plan was made from, to be compared with another one's; null without a plan. */
  readonly grounds: PlanGrounds | null;
  /** Tag -> node that carries its `primary-` in this plan: to be given back as `previousPrimaries`. */
  readonly primaries: Readonly<Record<string, string>>;
  /** What each task that runs is to be recorded as when it succeeds; tasks of sync point and barriers have none. */
  readonly fingerprints: ReadonlyMap<TaskAddress, Fingerprint>;
  /** With what the tasks of each place are to be recorded when they succeed; only places that have such tasks. */
  readonly states: ReadonlyMap<string, ExpectedState>;
  /** The graph's metadata, higher layers over lower ones. */
  readonly metadata: JsonObject;
}
