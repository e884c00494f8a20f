import type { Problem } from '@muster/problems';
import { isJsonObject, type Json, type JsonObject } from './json';
import { MASTER, type TaskAddress } from './names';
import { carrierOf } from './node-driver';
import type { BundleFile } from './release';
import type { OnFailure, TaskType } from './task-definition';
import type { SealedSecret } from './secret';
import type { ValidationSeverity } from './validation';

/** Why a task is in the graph as it is. */
export interface TaskReason {
  readonly code: string;
  readonly text: string;
}

/** A task: one definition on one node, everything resolved. */
export interface GraphTask {
  readonly task: TaskAddress;
  readonly definition: string;
  /** A node's name, `sync` or `master`. */
  readonly node: string;
  readonly type: TaskType;
  /** `skip`: a bridge; it is skipped and order through it survives. */
  readonly action: 'run' | 'skip';
  readonly reason: TaskReason;
  /** Addresses and barrier ids, sorted by code unit; never itself. */
  readonly requires: readonly string[];
  /** May hold sealed secrets and output bindings. */
  readonly parameters: JsonObject;
  /** How many of this definition may run at once; null: unlimited. */
  readonly limit: number | null;
  /** Keys of `TaskGraph.limits` that the task's node takes one slot of each while the task runs. Sorted. */
  readonly limits: readonly string[];
  /**
   * Tasks of one section on one node take the slots of all of them at once, at the first, and give them back after the
   * last. Absent: in none.
   */
  readonly section?: string;
  /** Of an earlier run of a repeated task: the definition that is repeated. Only its last run is judged. Absent: any other. */
  readonly repeatOf?: string;
  /** Of the task of a validation: whether what comes after it may go on when it fails. Absent: it is no validation. */
  readonly validation?: ValidationSeverity;
  readonly expectedMs: number | null;
  readonly retries: { readonly count: number; readonly delayMs: number; readonly backoff: number };
  readonly timeoutMs: number;
  readonly onFailure: OnFailure;
  readonly idempotent: boolean;
  /** JSON Schema of the outputs; null: none. */
  readonly outputs: JsonObject | null;
  /** Files of the definition's bundle that the parameters name (whole folders too), sorted by path; empty when none. */
  readonly files: readonly BundleFile[];
}

/** The event that a `wait-for` waits for; null: it waits for something on its node, or is no `wait-for`. */
export function awaitedEvent({ type, parameters }: Pick<GraphTask, 'type' | 'parameters'>): string | null {
  const event = type === 'wait-for' ? parameters['event'] : null;
  return typeof event === 'string' && event !== '' ? event : null;
}

/** True for a task that runs on the master node, or copies what lies there. */
export function needsMaster({ node, type, parameters }: Pick<GraphTask, 'node' | 'type' | 'parameters'>): boolean {
  if (node === MASTER || carrierOf({ node, type, parameters }) === MASTER) return true;
  const { src = null, files = null } = parameters;
  if (type === 'sync') return isOnMaster(src);
  if (type !== 'copy_files' || !Array.isArray(files)) return false;
  return files.some((file: Json) => isJsonObject(file) && isOnMaster(file['src'] ?? null));
}

function isOnMaster(src: Json): boolean {
  return typeof src === 'string' && src.startsWith('/');
}

/** "All of these, then all of those": a vertex without a node, so that N times M edges become N plus M. */
export interface GraphBarrier {
  readonly id: string;
  readonly requires: readonly string[];
}

/** At most `tolerated` of `nodes` may fail before the deployment stops. */
export interface FaultToleranceGroup {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly tolerated: number;
}

/** What planning makes: immutable, everything resolved. `tasks` is sorted by address. */
export interface TaskGraph {
  readonly graphType: string;
  readonly cluster: string;
  readonly tasks: readonly GraphTask[];
  readonly barriers: readonly GraphBarrier[];
  readonly faultTolerance: readonly FaultToleranceGroup[];
  /** Capacity of each concurrency policy, by key (`definition:hiera`, `role:compute`, `nodes`). */
  readonly limits: Readonly<Record<string, number>>;
  /**
   * Which ready task is chosen first: the one with the larger number, ties by address. One for each of `tasks`, in their
   * order. Absent: longest remaining chain first.
   */
  readonly priorities?: readonly number[];
  /** Name of the node that carries `master` tasks; null: none. */
  readonly master: string | null;
  /** Secrets that parameters were computed from; absent: none were. They are masked where the tasks' output shows them. */
  readonly secrets?: readonly GraphSecret[];
}

/** A secret setting, and where it is one. */
export interface GraphSecret {
  /** A place of tasks; null: everywhere. */
  readonly place: string | null;
  readonly secret: SealedSecret;
}

/** What keys of limits begin with whose slots deployments of all clusters share. */
export const POOL_PREFIX = 'pool:';

/** Task graph and report: what a person approves. */
export interface Plan extends TaskGraph {
  /** `sha256:` and 64 hex digits over everything that decides what runs. */
  readonly digest: string;
  readonly criticalPath: readonly TaskAddress[];
  /** Predicted duration of the critical path. */
  readonly expectedMs: number;
  readonly problems: readonly Problem[];
  /** Definitions that are on no node, by id, with the reason. */
  readonly leftOut?: readonly LeftOut[];
}

/** A task definition that made no task. */
export interface LeftOut {
  readonly definition: string;
  readonly reason: TaskReason;
}
