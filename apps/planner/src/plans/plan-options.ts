/** Which part of a graph is planned, and how; besides the graph type all that an operator chooses about a plan. */
export interface PlanOptions {
  /** Null: all. */
  readonly nodes: readonly string[] | null;
  /** Ids of definitions or addresses; null: all. */
  readonly tasks: readonly string[] | null;
  /** `START[/nodes]:END[/nodes]`, several add up; null: everything. */
  readonly subgraphs: readonly string[] | null;
  /** Adds what the chosen tasks need, also on other nodes. */
  readonly fetchDeps: boolean;
  readonly force: boolean;
}

/** Options as they were asked or stored, with what is not said filled in: an older version stored fewer of them. */
export function planOptions(given: {
  readonly [Name in keyof PlanOptions]?: PlanOptions[Name] | undefined;
}): PlanOptions {
  const { nodes = null, tasks = null, subgraphs = null, fetchDeps = false, force = false } = given;
  return { nodes, tasks, subgraphs, fetchDeps, force };
}
