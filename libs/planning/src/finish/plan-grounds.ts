import type { JsonObject } from '@muster/model';
import type { Draft } from '../draft/draft';

/** Raised when the same input may give another plan. */
export const PLANNER_SEMANTICS = 2;

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

export function planGrounds({ input, places }: Draft): PlanGrounds {
  const { identity = {}, options = {}, release, plugins } = input;
  return {
    semantics: PLANNER_SEMANTICS,
    revision: identity.revision ?? null,
    bundles: [release, ...plugins].map(({ name, version }, at) => [
      `${name}@${version}`,
      identity.bundles?.[at] ?? null,
    ]),
    previous: { ...identity.previous },
    options: {
      nodes: sorted(options.nodes),
      tasks: sorted(options.tasks),
      subgraphs: sorted(options.subgraphs),
      fetchDeps: options.fetchDeps ?? false,
      force: options.force ?? false,
      noop: options.noop ?? false,
    },
    nodes: places.names.map((name) => [name, identity.nodes?.[name] ?? null, places.tags(name)]),
  };
}

function sorted(names: readonly string[] | null | undefined): string[] | null {
  return names ? [...names].sort() : null;
}
