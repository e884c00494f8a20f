import type { Digraph } from './digraph';

/** Edges looked at for a shortest cycle: about a second. */
const EDGES_MAX = 20_000_000;

/**
 * A shortest cycle: its vertices in the order of the edges, the one with the least id first; null if there is none.
 *
 * Length: a vertex for which `isFree` holds counts nothing, so that stand-ins for many edges do not lengthen a path.
 * Order: among cycles of equal length, the one found first from vertices in the order of their ids: the same each time.
 * Cost: a search per vertex that lies on a cycle, each no deeper than the shortest cycle so far; a vertex that was
 * searched from is taken away, with all that lie on no cycle then. After `edgesMax` edges the shortest cycle until then
 * is taken, else any: whether there is a cycle is always answered.
 */
export function shortestCycle(
  graph: Digraph,
  isFree: (vertex: number) => boolean = () => false,
  edgesMax = EDGES_MAX,
): number[] | null {
  const { ids } = graph;
  const alive = new Uint8Array(ids.length).fill(1);
  trim(
    graph,
    alive,
    ids.map((_, vertex) => vertex),
  );
  const starts = ids
    .map((_, vertex) => vertex)
    .filter((vertex) => alive[vertex])
    .sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
  let best: number[] | null = null;
  let bestLength = Infinity;
  const search = new CycleSearch(graph, alive, isFree);
  for (const start of starts) {
    if (!alive[start] || isFree(start)) continue;
    const found = search.from(start, bestLength, edgesMax);
    if (found) {
      best = found.path;
      bestLength = found.length;
      if (bestLength === 1) break;
    }
    // A search that was not finished says nothing of its start.
    if (search.edges > edgesMax) break;
    alive[start] = 0;
    trim(graph, alive, [...(graph.successors[start] ?? []), ...(graph.predecessors[start] ?? [])]);
  }
  // What is left are cycles of free vertices only, or those that would take too long to search.
  best ??= anyCycle(graph, alive, starts);
  return best && fromLeast(best, ids);
}

/** A cycle of what is alive: each such vertex has another one behind it, so that whoever goes on comes round. */
function anyCycle(graph: Digraph, alive: Uint8Array, starts: readonly number[]): number[] | null {
  const start = starts.find((vertex) => alive[vertex]);
  if (start === undefined) return null;
  const path: number[] = [];
  const placeOf = new Map<number, number>();
  for (let vertex = start; !placeOf.has(vertex);) {
    placeOf.set(vertex, path.push(vertex) - 1);
    vertex = (graph.successors[vertex] ?? []).find((after) => alive[after]) as number;
    const known = placeOf.get(vertex);
    if (known !== undefined) return path.slice(known);
  }
  return null;
}

/** Takes away all vertices that cannot lie on a cycle, looking at `suspects` and then at what they leave behind. */
function trim(graph: Digraph, alive: Uint8Array, suspects: readonly number[]): void {
  const isAlive = (vertex: number): boolean => alive[vertex] === 1;
  const queue = [...suspects];
  for (let vertex = queue.pop(); vertex !== undefined; vertex = queue.pop()) {
    if (!isAlive(vertex)) continue;
    const before = graph.predecessors[vertex] ?? [];
    const after = graph.successors[vertex] ?? [];
    if (before.some(isAlive) && after.some(isAlive)) continue;
    alive[vertex] = 0;
    for (const next of before) if (isAlive(next)) queue.push(next);
    for (const next of after) if (isAlive(next)) queue.push(next);
  }
}

/** Breadth-first search, a level per vertex that counts; its arrays are made once. */
class CycleSearch {
  readonly #parent: Int32Array;
  readonly #seenIn: Int32Array;
  #round = 0;
  /** Looked at until now. */
  edges = 0;

  constructor(
    private readonly graph: Digraph,
    private readonly alive: Uint8Array,
    private readonly isFree: (vertex: number) => boolean,
  ) {
    this.#parent = new Int32Array(graph.ids.length);
    this.#seenIn = new Int32Array(graph.ids.length);
  }

  /** The shortest cycle through `start` if it is shorter than `limit` and found in time. */
  from(start: number, limit: number, edgesMax: number): { path: number[]; length: number } | null {
    this.#round++;
    const own = this.isFree(start) ? 0 : 1;
    let level = [start];
    for (let length = own; level.length > 0 && length < limit; length++) {
      const next: number[] = [];
      // Free vertices join the level that is being looked at.
      for (let at = 0; at < level.length; at++) {
        const vertex = level[at] as number;
        this.edges += this.graph.successors[vertex]?.length ?? 0;
        if (this.edges > edgesMax) return null;
        for (const after of this.graph.successors[vertex] as readonly number[]) {
          if (after === start) return { path: this.#pathTo(start, vertex), length };
          if (!this.alive[after] || this.#seenIn[after] === this.#round) continue;
          this.#seenIn[after] = this.#round;
          this.#parent[after] = vertex;
          (this.isFree(after) ? level : next).push(after);
        }
      }
      level = next;
    }
    return null;
  }

  #pathTo(start: number, end: number): number[] {
    const path = [end];
    for (let vertex = end; vertex !== start;) {
      vertex = this.#parent[vertex] as number;
      path.push(vertex);
    }
    return path.reverse();
  }
}

function fromLeast(path: readonly number[], ids: readonly string[]): number[] {
  let least = 0;
  path.forEach((vertex, at) => {
    if ((ids[vertex] as string) < (ids[path[least] as number] as string)) least = at;
  });
  return [...path.slice(least), ...path.slice(0, least)];
}
