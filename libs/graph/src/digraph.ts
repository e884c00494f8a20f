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
  const before = predecessors.map(ascending);
  const counts = new Int32Array(ids.length);
  let edgeCount = 0;
  for (const list of before) {
    for (const from of list) {
      if (!(from in counts)) throw new RangeError(`no vertex ${from}`);
      (counts[from] as number)++;
    }
    edgeCount += list.length;
  }
  // Made in their size: one that grows by `push` has room for 17 from its first, and there are 100,000 of them.
  const successors = Array.from(counts, (count) => (count === 0 ? NONE : new Array<number>(count)));
  counts.fill(0);
  before.forEach((list, vertex) => {
    // Vertices are visited in ascending order, so that these lists end up ascending too.
    for (const from of list) (successors[from] as number[])[(counts[from] as number)++] = vertex;
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

const NONE: number[] = [];
Object.freeze(NONE);

function ascending(list: readonly number[]): readonly number[] {
  if (list.length === 0) return NONE;
  // A list of its own, and no larger than it must be.
  const sorted = list.slice().sort((a, b) => a - b);
  if (sorted.every((value, index) => value !== sorted[index - 1])) return sorted;
  return sorted.filter((value, index) => value !== sorted[index - 1]).slice();
}
