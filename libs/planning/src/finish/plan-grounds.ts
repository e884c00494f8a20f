import type { Draft } from '../draft/draft';
import type { PlanGrounds } from '../plan-grounds';

/** Raised when the same input may give another plan. */
export const PLANNER_SEMANTICS = 3;

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
