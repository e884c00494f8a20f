import type { ControlVerb, DeploymentStatus, TaskState } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { CheckedGroup } from './validations';

export interface DeployRequest {
  readonly cluster: string;
  readonly graphs?: readonly string[];
  /** Name of a sequence of the release, instead of graphs. */
  readonly sequence?: string;
  /** Digest of the plan that was approved; refused when another one would run now. */
  readonly plan?: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
  /** `START[/nodes]:END[/nodes]`; several add up. */
  readonly subgraphs?: readonly string[];
  readonly fetchDeps?: boolean;
  readonly force?: boolean;
  readonly noop?: boolean;
  readonly reason?: string;
}

export interface TaskStatus {
  readonly state: TaskState;
  readonly attempts: number;
  readonly exitCode: number | null;
  /** ISO 8601 UTC with milliseconds. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly reason: string | null;
  /** What the last attempt tells of itself; absent from an older planner. */
  readonly summary?: string | null;
}

/** One graph of a transaction; `deployment` is null and `tasks` empty until it is reached. */
export interface GraphStatus {
  readonly type: string;
  readonly state: DeploymentStatus;
  readonly deployment: string | null;
  readonly tasks: Readonly<Record<string, TaskStatus>>;
}

/** One carrying out of one graph; a graph that was gone on with has several. */
export interface RunStatus {
  /** Counts from 1 within the transaction. */
  readonly run: number;
  readonly type: string;
  readonly state: DeploymentStatus;
  readonly deployment: string;
  readonly executor: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly who: string;
  readonly why: string | null;
}

/** Failures that look alike. */
export interface FailureGroup {
  readonly definition: string;
  /** Of the first of them. */
  readonly reason: string | null;
  readonly count: number;
  /** The first ten. */
  readonly nodes: readonly string[];
}

/** What may still run on a node though it was to be ended. */
export interface UnconfirmedEnd {
  readonly task: string;
  readonly node: string;
  readonly attempt: number;
  readonly since: string;
  readonly text: string;
}

/** What somebody asked of a transaction. */
export interface ControlStatus {
  readonly command: string;
  /** The run that it was about, or that it began. */
  readonly run: number;
  readonly verb: string;
  readonly tasks?: readonly string[];
  readonly limit?: { readonly key: string; readonly amount: number };
  readonly event?: string;
  readonly who: string;
  readonly why: string | null;
  readonly at: string;
  /** `sent`: no executor has acted on it yet. `too-late`: the run had ended. */
  readonly state: 'sent' | 'taken' | 'too-late' | 'refused';
}

/** `muster status -o json`, and what a display of progress needs. Times are ISO 8601 UTC with milliseconds. */
export interface TransactionStatus {
  readonly transaction: string;
  readonly cluster: string;
  readonly revision: number;
  readonly state: DeploymentStatus;
  /** Who owns it, as far as was told. */
  readonly executor: string | null;
  readonly graphs: readonly GraphStatus[];
  /** In order; the last one of each graph is what `graphs` shows. */
  readonly runs: readonly RunStatus[];
  /** Oldest first, the newest thousand. */
  readonly controls: readonly ControlStatus[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly who: string;
  readonly why: string | null;
  /** Predicted, of the graphs reached so far. */
  readonly expectedMs: number;
  readonly progress: {
    readonly total: number;
    readonly ended: number;
    readonly running: readonly string[];
    readonly failed: readonly { readonly task: string; readonly reason: string | null }[];
  };
  /** Failed and lost tasks by cause, the largest group first; absent from older servers. */
  readonly failures?: readonly FailureGroup[];
  /** What may still run on nodes though it was to be ended; absent from older servers. */
  readonly unconfirmed?: readonly UnconfirmedEnd[];
  /** What its checks came to, by group; empty: it has none; absent from servers of older versions. */
  readonly validations?: readonly CheckedGroup[];
  /** Why it could not start or go on. */
  readonly problems: readonly Problem[];
  /** Its start was refused, so nothing of it was carried out; absent from servers of older versions. */
  readonly refused?: boolean;
  /** Why no executor has taken it yet, after a try that failed; it is sent again. */
  readonly undelivered?: { readonly tries: number; readonly reason: string; readonly nextTryAt: string } | null;
}

/** A transaction as lists show it. */
export interface TransactionSummary {
  readonly transaction: string;
  readonly cluster: string;
  readonly revision: number;
  readonly state: DeploymentStatus;
  readonly graphs: readonly string[];
  readonly who: string;
  readonly why: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Its start was refused; the problems say why. Absent from servers of older versions. */
  readonly refused?: boolean;
  readonly problems?: readonly Problem[];
}

/** What a skip of a task would mean. */
export interface SkipPreview {
  readonly task: string;
  readonly state: TaskState;
  /** Null: it can be skipped now; otherwise why not. */
  readonly obstacle: string | null;
  /** What would go on as if the task were done. */
  readonly dependents: readonly { readonly task: string; readonly state: TaskState }[];
}

/** A limit of the graph that runs. */
export interface LimitUse {
  readonly key: string;
  readonly amount: number;
  readonly used: number;
  /** As the graph was planned; null: without it. */
  readonly planned: number | null;
  /** Tasks and sections. */
  readonly holders: readonly string[];
}

export interface ControlRequest {
  readonly verb: ControlVerb;
  readonly tasks?: readonly string[];
  readonly limit?: { readonly key: string; readonly amount: number };
  /** Of `signal`. */
  readonly event?: string;
  readonly reason?: string;
}

/** `effect`: the owner has read it (`taken`), or it is kept until an owner does; absent from servers of older versions. */
export interface ControlAnswer {
  readonly command: string;
  readonly effect?: 'taken' | 'pending';
  /** What else there is to know, for people. */
  readonly note?: string;
}

/** `muster why -o json`. */
export interface WhyAnswer {
  readonly task: string;
  readonly state: TaskState;
  readonly reasons: readonly {
    readonly code: string;
    readonly text: string;
    readonly since: string | null;
    readonly holders: readonly string[];
    /** ISO 8601 UTC: when it passes by itself; absent where nobody can tell. */
    readonly until?: string;
    /** Place in the queue for what is taken; 1 is next. Absent while the task is in no queue. */
    readonly place?: number;
  }[];
}

/** Bytes of one stream of one attempt from `offset` on, as text. */
export interface OutputChunk {
  readonly attempt: number;
  readonly offset: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** The bytes as they are; absent where `text` says them. */
  readonly base64?: string;
}

export interface OutputPage {
  readonly chunks: readonly OutputChunk[];
  /** The task has ended and everything kept of its output is here. */
  readonly complete: boolean;
  /** What is not kept; absent: nothing. */
  readonly lost?: readonly LostOutput[];
}

/** Output that an attempt wrote and that is not there. */
export interface LostOutput {
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
  /** 0: removed, and nobody knows how much there was. */
  readonly bytes: number;
  /** When it was removed; absent: it was never kept, since only the beginning of a stream is. */
  readonly removedAt?: string;
}
