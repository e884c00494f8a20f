/** One thing that somebody did or was not let do. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  /** Null: of none, or nobody knows of which. */
  readonly project: string | null;
  /** Null: a stranger. */
  readonly who: string | null;
  /** Operation of the API. */
  readonly what: string;
  readonly subject: string;
  readonly why: string | null;
  /** Network address of the caller, or `broker`. */
  readonly from: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly status: number;
  readonly code: string | null;
  /** How many refusals like this one it stands for. */
  readonly count: number;
}

export interface AuditFilter {
  readonly who?: string | undefined;
  readonly what?: string | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  readonly from?: string | undefined;
  /** ISO 8601: not before. */
  readonly since?: string | undefined;
  /** ISO 8601: before. */
  readonly until?: string | undefined;
}
