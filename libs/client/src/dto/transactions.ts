import type { ControlVerb, DeploymentStatus, TaskState } from '@muster/model';

export interface DeployRequest {
  readonly cluster: string;
  readonly graphs?: readonly string[];
  /** Digest of the plan that was approved; refused when another one would run now. */
  readonly plan?: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
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
}

/** `muster status -o json`; what the contract does not name may be absent. */
export interface TransactionStatus {
  readonly transaction: string;
  readonly cluster: string;
  readonly state: DeploymentStatus;
  readonly executor: string | null;
  readonly graphs: readonly {
    readonly type: string;
    readonly state: DeploymentStatus;
    readonly tasks: Readonly<Record<string, TaskStatus>>;
  }[];
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
  readonly who?: string | null;
  readonly why?: string | null;
  readonly expectedMs?: number | null;
  readonly progress?: {
    readonly total: number;
    readonly ended: number;
    readonly running: readonly unknown[];
    readonly failed: readonly { readonly task: string; readonly reason: string | null }[];
  };
}

/** A transaction as lists show it. */
export interface TransactionSummary {
  readonly transaction: string;
  readonly cluster: string;
  readonly state: DeploymentStatus;
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
}

export interface ControlRequest {
  readonly verb: ControlVerb;
  readonly tasks?: readonly string[];
  readonly limit?: { readonly key: string; readonly amount: number };
  readonly reason?: string;
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
  }[];
}

/** Bytes of one stream of one attempt from `offset` on, as text. */
export interface OutputChunk {
  readonly attempt: number;
  readonly offset: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface OutputPage {
  readonly chunks: readonly OutputChunk[];
  /** The task has ended and everything kept of its output is here. */
  readonly complete: boolean;
}
