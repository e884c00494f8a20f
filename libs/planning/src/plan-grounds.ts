import type { JsonObject } from '@muster/model';

/** What a plan was made from, apart from the graph that came of it: all of it is in the digest. */
export interface PlanGrounds {
  readonly semantics: number;
  /** Hash of the cluster's revision. */
  readonly revision: string | null;
  /** Release first, then plugins: `name@version` and digest. */
  readonly bundles: readonly (readonly [name: string, digest: string | null])[];
  /** Fingerprints of the previous state that was used, by address. */
  readonly previous: Readonly<Record<string, string>>;
  /** As they decide: lists sorted, null for all. */
  readonly options: JsonObject;
  /** In natural order. */
  readonly nodes: readonly (readonly [name: string, identity: string | null, tags: readonly string[]])[];
}
