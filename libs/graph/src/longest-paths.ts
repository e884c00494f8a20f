import type { Digraph } from './digraph';
import { sweepOrder } from './topological-order';

/** Longest paths by weight. */
export interface LongestPaths {
  /** Weight of the heaviest path that starts in each vertex, the vertex itself included. */
  readonly tails: Float64Array;
  /** A heaviest path of all, in order; among equals the next vertex with the least id. Empty only for an empty graph. */
  readonly path: readonly number[];
  /** Weight of `path`; 0 for an empty graph. */
  readonly length: number;
}

/** Longest paths of `graph` with `weight(vertex)` at least 0. Fails with a `RangeError` if there is a cycle. Cost: linear. */
export function longestPaths(graph: Digraph, weight: (vertex: number) => number): LongestPaths {
  const order = sweepOrder(graph);
  if (!order) throw new RangeError('a graph with a cycle has no longest path');
  const tails = new Float64Array(graph.ids.length);
  const next = new Int32Array(graph.ids.length).fill(-1);
  const isBetter = (vertex: number, than: number): boolean => {
    if (than < 0) return true;
    const difference = (tails[vertex] as number) - (tails[than] as number);
    return difference > 0 || (difference === 0 && (graph.ids[vertex] as string) < (graph.ids[than] as string));
  };
  let start = -1;
  for (let at = order.length - 1; at >= 0; at--) {
    const vertex = order[at] as number;
    for (const after of graph.successors[vertex] as readonly number[]) {
      if (isBetter(after, next[vertex] as number)) next[vertex] = after;
    }
    const rest = next[vertex] as number;
    tails[vertex] = weight(vertex) + (rest < 0 ? 0 : (tails[rest] as number));
  }
  for (const vertex of order) if (isBetter(vertex, start)) start = vertex;
  const path: number[] = [];
  for (let vertex = start; vertex >= 0; vertex = next[vertex] as number) path.push(vertex);
  return { tails, path, length: start < 0 ? 0 : (tails[start] as number) };
}
