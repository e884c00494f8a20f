import type { BundleEntry, ClusterRefs } from '@muster/catalog';
import type { Bundle, ClusterSpec, JsonObject, OwnDriver } from '@muster/model';
import type { ResolvedBase } from '@muster/planning';
import type { Place, Problem } from '@muster/problems';
import type { PlanRecords } from '../previous/plan-records';
import type { PreviousRecords } from '../previous/read-previous';
import type { PlanOptions } from './plan-options';
import type { NodeMarks } from '../transactions/node-marks';
import type { PlanOutline } from './plan-outline';

/** Everything that a plan is made from; plain values, since it may go to another thread. */
export interface PlanQuestion extends PlanOptions {
  readonly cluster: ClusterSpec;
  readonly release: Bundle;
  readonly plugins: readonly Bundle[];
  /** Part of the digest: another revision or other bundles are another plan. */
  readonly revisionHash: string;
  readonly bundleDigests: readonly string[];
  /** Tag -> node that carries its `primary-` so far. */
  readonly primaries: Readonly<Record<string, string>>;
  /** Accepted host keys by node; null: none. A success on a machine with another one counts for nothing. */
  readonly identities: Readonly<Record<string, string | null>>;
  /** What graphs wrote to nodes, by name; only of nodes that have any. */
  readonly attributes: Readonly<Record<string, JsonObject>>;
  /** Drivers of nodes that have one of their own, secrets sealed. */
  readonly drivers: Readonly<Record<string, OwnDriver>>;
  /** Slots of the project's pools, by name. */
  readonly pools: Readonly<Record<string, number>>;
  readonly previous: PreviousRecords;
  readonly graphType: string;
  /** Wanted for a plan that is to be deployed: what its tasks are to be recorded as. */
  readonly withRecords: boolean;
  readonly noop: boolean;
  /** Relations pairwise, as resolved: to be looked at, not to be deployed. */
  readonly raw: boolean;
  /** What is to be told with the plan beside what planning finds: warnings. */
  readonly notes: readonly Problem[];
  /** Limits to predict the duration with, by key, null for unlimited; null: nothing is asked. */
  readonly whatIf: Readonly<Record<string, number | null>> | null;
}

export type PlanAnswer =
  | {
      readonly ok: true;
      readonly outline: PlanOutline;
      /** Packed and gzipped, ready to be sent; empty for a raw plan. */
      readonly graph: Uint8Array;
      /** Parameters that the graph refers to by digest: JSON texts, sent as artifacts. */
      readonly parameters: readonly string[];
      /** Gzipped JSON of what each task requires, then each barrier: places in that order. Empty for a raw plan. */
      readonly requires: Uint8Array;
      /** The plan's JSON for people and programs, secrets masked; gzipped. */
      readonly json: Uint8Array;
      /** JSON of what it was made from (`PlanGrounds`). */
      readonly grounds: string;
      /** JSON of what was asked with `whatIf`; null: nothing. */
      readonly whatIf: string | null;
      /** What is written to the nodes when it was carried out; null: nothing. */
      readonly marks: NodeMarks | null;
      /** Null unless asked for. */
      readonly records: PlanRecords | null;
      /** As asked, with those chosen now. */
      readonly primaries: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A bundle that was read and looked at as a whole. */
export interface CheckedBundle {
  /** Null if it cannot be read. */
  readonly bundle: Bundle | null;
  /** What reading the files had to say. */
  readonly reading: readonly Problem[];
  /** What looking at them as a whole had to say, advice left out; empty while something is to be put in. */
  readonly findings: readonly Problem[];
  /** What it extends and includes, as `name@range`. */
  readonly needs: readonly string[];
}

/** A bundle that was read, and what it extends and includes, by reference as written. */
export interface BundleQuestion {
  readonly bundle: Bundle;
  readonly found: readonly (readonly [string, ResolvedBase])[];
}

/** A bundle with what it extends and includes. */
export interface CheckedWhole {
  /** Null if any problem is an error. */
  readonly bundle: Bundle | null;
  readonly findings: readonly Problem[];
}

/** A cluster file; with the bundles that it names once these are known. */
export interface ClusterFileQuestion {
  /** Text of a file, or the document that a revision was changed into. */
  readonly source: string | JsonObject;
  readonly sourceName: string;
  /** What the cluster is now; null: nothing. */
  readonly base: ClusterSpec | null;
  /** Whether generated values that are left out stay as they are. */
  readonly keepGenerated: boolean;
  readonly bundles: { readonly release: Bundle; readonly plugins: readonly Bundle[] } | null;
}

/** A cluster file that was read, and checked as far as its bundles were given. */
export interface CheckedClusterFile {
  /** Its secrets sealed; null while the bundles are not given, and where something is wrong. */
  readonly spec: ClusterSpec | null;
  /** What it names; null: not even its own name could be read. */
  readonly refs: ClusterRefs | null;
  /** Nothing is wrong with the file by itself. */
  readonly isReadable: boolean;
  readonly problems: readonly Problem[];
  /** To be looked up by `placeIn`. */
  readonly places: Readonly<Record<string, Place>>;
}

/** Does what takes long to compute without holding up whoever asks. */
export interface PlanRunner {
  plan(question: PlanQuestion): Promise<PlanAnswer>;
  /** Reads the files of a bundle and looks for what should not be published. */
  checkBundle(entries: readonly BundleEntry[]): Promise<CheckedBundle>;
  /** Puts what a bundle extends and includes into it, and looks for what should not be published. */
  checkWhole(question: BundleQuestion): Promise<CheckedWhole>;
  /** Everything that an author should know of a bundle that was read before, advice included. */
  lintBundle(bundle: Bundle): Promise<readonly Problem[]>;
  /** Reads a cluster file; asked once without its bundles, to hear which, and once with them. */
  checkClusterFile(question: ClusterFileQuestion): Promise<CheckedClusterFile>;
  /** Ends what it has running; questions that are open fail. */
  close(): Promise<void>;
}
