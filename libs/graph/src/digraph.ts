/**
 * A directed graph over dense indices `0 .. size - 1`, each with an id. An edge leads from what comes first to what
 * comes after it.
 *
 * Shape: each list of neighbours is ascending and without repetitions.
 */
export interface Digraph {
  readonly ids: readonly string[];
  /** Edges into each vertex: what comes before it. */
  readonly predecessors: readonly (readonly number[])[];
  /** Edges out of each vertex: what comes after it. */
  readonly successors: readonly (readonly number[])[];
  readonly edgeCount: number;
}

/**
 * The graph of `ids` in which `predecessors[v]` come before `v`. Repeated edges count once; an edge from a vertex to
 * itself is kept (it is a cycle). Fails with a `RangeError` for an index outside, or as many lists as ids do not make.
 */
export function digraph(ids: readonly string[], predecessors: readonly (readonly number[])[]): Digraph {
  if (predecessors.length !== ids.length)
    throw new RangeError(`${ids.length} ids with ${predecessors.length} lists of edges`);
  const successors: number[][] = ids.map(() => []);
  let edgeCount = 0;
  const before = predecessors.map((list, vertex) => {
    const sorted = ascending(list);
    for (const from of sorted) {
      const out = successors[from];
      if (!out) throw new RangeError(`no vertex ${from}`);
      // Vertices are visited in ascending order, so that these lists end up ascending too.
      out.push(vertex);
    }
    edgeCount += sorted.length;
    return sorted;
  });
  return { ids, predecessors: before, successors, edgeCount };
}

/** The graph of ids and edges `[before, after]`. Fails with a `RangeError` for an edge whose end is no id, or a repeated id. */
export function digraphOf(ids: readonly string[], edges: Iterable<readonly [string, string]>): Digraph {
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  if (indexOf.size !== ids.length) throw new RangeError('an id is there twice');
  const predecessors: number[][] = ids.map(() => []);
  for (const [before, after] of edges) {
    const from = indexOf.get(before);
    const to = indexOf.get(after);
    if (from === undefined || to === undefined)
      throw new RangeError(`no vertex ${from === undefined ? before : after}`);
    predecessors[to]?.push(from);
  }
  return digraph(ids, predecessors);
}

function ascending(list: readonly number[]): number[] {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.filter((value, index) => value !== sorted[index - 1]);
}
