import type { JsonObject } from '@muster/model';
import type { Problem } from '@muster/problems';

/** What a plan is asked for; absent filters mean everything. */
export interface PlanRequest {
  readonly graphType?: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
  readonly force?: boolean;
  /** Relations as resolved, pairwise: before barriers and reduction. Not stored. */
  readonly raw?: boolean;
}

export interface PlannedTask {
  readonly task: string;
  readonly definition: string;
  readonly node: string;
  readonly type: string;
  readonly action: 'run' | 'skip';
  readonly reason: { readonly code: string; readonly text: string };
  readonly requires: readonly string[];
  readonly parameters: JsonObject;
  readonly limit: number | null;
  readonly expectedMs: number | null;
}

/** The JSON of `muster plan`: public, so it changes only with a version. */
export interface PlanDocument {
  readonly digest: string;
  readonly graphType: string;
  readonly cluster: string;
  readonly tasks: readonly PlannedTask[];
  readonly barriers: readonly { readonly id: string; readonly requires: readonly string[] }[];
  readonly faultTolerance: readonly {
    readonly name: string;
    readonly nodes: readonly string[];
    readonly tolerated: number;
  }[];
  readonly criticalPath: readonly string[];
  readonly expectedMs: number;
  readonly problems: readonly Problem[];
}
