import type { Problem } from '@muster/problems';

export interface TransactionFilter {
  readonly cluster?: string;
  /** One, or several with commas between. */
  readonly state?: string;
  readonly who?: string;
  /** ISO 8601. */
  readonly since?: string;
}

export interface BulkControl {
  readonly transactions: readonly string[];
  readonly verb: 'pause' | 'resume' | 'drain' | 'cancel';
  readonly reason?: string;
}

export interface BulkResult {
  readonly transaction: string;
  /** Null: it was refused. */
  readonly command: string | null;
  readonly effect: 'taken' | 'pending' | 'refused';
  readonly problems: readonly Problem[];
}

/** Bytes that are kept of a stream; null: none. */
export type OutputRange = { readonly from: number; readonly to: number } | null;

/** One try of one task. */
export interface AttemptView {
  readonly run: number;
  readonly graphType: string;
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** `exited`, `timed-out`, ...; null: it runs. */
  readonly end: string | null;
  readonly exitCode: number | null;
  readonly executor: string | null;
  readonly output: { readonly stdout: OutputRange; readonly stderr: OutputRange };
}

/** What a task was given. */
export interface TaskInputs {
  readonly task: string;
  readonly run: number;
  readonly plan: string;
  readonly revision: number;
  readonly inputs: Readonly<Record<string, unknown>>;
}
