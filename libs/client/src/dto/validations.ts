/** The latest result of a validation on one node. */
export interface ValidationMember {
  readonly node: string;
  /** `warned`: it failed, and is a warning. */
  readonly result: 'passed' | 'failed' | 'warned' | 'cancelled' | 'lost';
  readonly text: string | null;
  readonly exitCode: number | null;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly transaction: string;
}

export interface ValidationView {
  readonly id: string;
  readonly title: string | null;
  readonly severity: 'fatal' | 'warning';
  readonly stage: 'pre-deployment' | 'post-deployment' | 'before' | 'after';
  /** Before or after which task definition; null: the whole. */
  readonly task: string | null;
  readonly graphs: readonly string[];
  readonly owner: string;
  readonly type: string;
  /** By name of the node; empty: never checked. */
  readonly members: readonly ValidationMember[];
}

export interface ValidationGroup {
  readonly group: string;
  readonly validations: readonly ValidationView[];
}

/** Which validations run, and where; absent: all. */
export interface RunValidations {
  readonly groups?: readonly string[];
  readonly validations?: readonly string[];
  readonly nodes?: readonly string[];
  readonly reason?: string;
}

/** What a validation came to on one node in one transaction. */
export interface CheckedMember {
  readonly node: string;
  /** Type of the graph that it is part of. */
  readonly graph: string;
  /** `warned`: it failed, and is a warning. `skipped`, `blocked`, `not-run`: it was never tried. */
  readonly result: ValidationMember['result'] | 'waiting' | 'running' | 'skipped' | 'blocked' | 'not-run';
  /** ISO 8601 UTC; null: since the beginning. */
  readonly since: string | null;
  readonly text: string | null;
}

/** Null: what declared them is not there any more. */
export interface CheckedGroup {
  readonly group: string | null;
  readonly validations: readonly {
    readonly id: string;
    readonly title: string | null;
    readonly severity: ValidationView['severity'] | null;
    readonly stage: ValidationView['stage'] | null;
    readonly members: readonly CheckedMember[];
  }[];
}
