import type { JsonObject } from '@muster/model';
import type { Problem } from '@muster/problems';

/** What a plan is asked for; absent filters mean everything. */
export interface PlanRequest {
  readonly graphType?: string;
  /** Several graphs, in the order in which they would run; the plans of all but the first are provisional. */
  readonly graphs?: readonly string[];
  /** Name of a sequence of the release, instead of graphs. */
  readonly sequence?: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
  /** `START[/nodes]:END[/nodes]`; several add up. */
  readonly subgraphs?: readonly string[];
  readonly fetchDeps?: boolean;
  readonly force?: boolean;
  /** Predicts the duration with other limits, by key; null is unlimited. */
  readonly whatIf?: Readonly<Record<string, number | null>>;
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
  /** Where it was asked for. */
  readonly whatIf?: { readonly limits: Readonly<Record<string, number | null>>; readonly expectedMs: number };
  /** Plans of the graphs that come after this one: planned again when they are reached. */
  readonly later?: readonly (PlanDocument & { readonly provisional: true })[];
}
