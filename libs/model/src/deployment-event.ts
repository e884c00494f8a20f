import type { AttemptResult } from './attempt-result';
import type { JsonObject } from './json';
import type { TaskAddress } from './names';
import type { DeploymentStatus, TaskEnd } from './status';

export const CONTROL_VERBS = ['pause', 'resume', 'drain', 'cancel', 'retry', 'skip', 'set-limit', 'signal'] as const;
export type ControlVerb = (typeof CONTROL_VERBS)[number];

/** Why a task was ended without success of its own. */
export interface EndCause {
  readonly code:
    | 'condition'
    | 'selection'
    | 'anchor'
    | 'operator'
    | 'onFailure'
    | 'attempt'
    | 'dependency'
    | 'node-failed'
    | 'stopped'
    | 'drained'
    | 'cancelled';
  /** The task whose failure is behind it (the first one, not the nearest); for `blocked` and `not-run`. */
  readonly culprit?: TaskAddress;
  readonly text?: string;
}

/** What earlier runs of the transaction have done about a task. */
export interface CarriedTask {
  readonly task: TaskAddress;
  /** Attempts so far; the next one is counted on. */
  readonly attempts: number;
  /** How it ended, where it is not to be done again; absent: it begins anew. */
  readonly end?: TaskEnd;
  readonly cause?: EndCause;
  /** Milliseconds since the epoch; with `end`. */
  readonly endedAt?: number;
  /** What it gave, for tasks that take it; secrets are sealed. */
  readonly outputs?: JsonObject;
}

/**
 * What is stored of a deployment, in order; the state is nothing but these folded. Facts come from nodes and people,
 * decisions from `decide`; a decision is stored before it is performed. Only additions are allowed: every log that a
 * released version wrote must stay readable.
 */
export type DeploymentEventBody =
  /** Fact: the first event of each log. */
  | { readonly type: 'accepted' }
  /** Fact: what earlier runs have done; follows `accepted`, before anything is decided. Tasks that it does not name were never touched. */
  | {
      readonly type: 'carried-over';
      readonly tasks: readonly CarriedTask[];
      /** Sections (`upgrade@n1`) that were begun and not finished: they hold their slots from the start. */
      readonly sections?: readonly string[];
    }
  /** Fact: lease taken or taken over; attempts that were open may still run on their nodes. */
  | { readonly type: 'owner-changed'; readonly executor: string; readonly epoch: number }
  /**
   * Fact: connected, ticket raised. `stateFolder` is the id of the launcher's folder, told anew when it is another.
   * `busyWith`: what was started there before still runs, as a part of a sentence; the attempt that is open there waits for it.
   * `silent`: the node does not answer for the attempt that is open there, and why, as a part of a sentence; the rest is as last known.
   */
  | {
      readonly type: 'node-ready';
      readonly node: string;
      readonly bootId: string;
      readonly stateFolder: string;
      readonly busyWith?: string;
      readonly silent?: string;
    }
  /** Decision. `attempt` counts from 1 per task. */
  | { readonly type: 'attempt-started'; readonly task: TaskAddress; readonly attempt: number }
  /** Decision: its process group is to be ended. */
  | {
      readonly type: 'attempt-cancelling';
      readonly task: TaskAddress;
      readonly attempt: number;
      readonly cause: 'timeout' | 'cancel';
    }
  /** Fact. */
  | {
      readonly type: 'attempt-ended';
      readonly task: TaskAddress;
      readonly attempt: number;
      readonly result: AttemptResult;
    }
  /** Decision: the next attempt starts no earlier than `notBefore` (milliseconds since the epoch). */
  | { readonly type: 'retry-set'; readonly task: TaskAddress; readonly notBefore: number }
  /** Decision: a timer rang, the task may start again. */
  | { readonly type: 'retry-due'; readonly task: TaskAddress }
  /** Decision: the task waits for a person: its failure is declared `pause`, or it is lost and not idempotent. */
  | { readonly type: 'task-held'; readonly task: TaskAddress; readonly cause: 'onFailure' | 'lost' }
  /** Decision: an outcome, of one task or of many with the same cause. */
  | {
      readonly type: 'tasks-ended';
      readonly tasks: readonly TaskAddress[];
      readonly state: TaskEnd;
      readonly cause?: EndCause;
    }
  /** Decision: what had ended is to be done again, since a person wants it; it waits for what it requires. */
  | { readonly type: 'tasks-reopened'; readonly tasks: readonly TaskAddress[] }
  /** Fact: the store has leased so many more slots of a pool that is shared with other deployments. */
  | { readonly type: 'pool-leased'; readonly pool: string; readonly slots: number }
  /** Fact: so many leased slots go back unused; those that were used go back with the end of their use. */
  | { readonly type: 'pool-returned'; readonly pool: string; readonly slots: number }
  /** Fact: a person asked. `command` is the id of the command that brought it. */
  | {
      readonly type: 'control';
      readonly command: string;
      readonly verb: ControlVerb;
      readonly who: string;
      readonly why: string | null;
      readonly tasks?: readonly TaskAddress[];
      readonly limit?: { readonly key: string; readonly amount: number };
      /** Of `signal`: the event that has happened, for whom it waits or will wait. */
      readonly event?: string;
      /** It came when the deployment had just ended, and stands after the end; or when the tasks of a retry or skip had gone on: it changes nothing. */
      readonly tooLate?: true;
      /** Of retry and skip: its owner looked whether it does anything. Those of earlier versions did not. */
      readonly judged?: true;
    }
  /** Decision. `text` says why, for people. */
  | { readonly type: 'state-changed'; readonly state: DeploymentStatus; readonly text: string | null };

/** A stored event: numbered without gaps from 1 within its deployment; `at` in milliseconds since the epoch. */
export type DeploymentEvent = DeploymentEventBody & { readonly seq: number; readonly at: number };
