import type { Digraph } from './digraph';
import { IndexHeap } from './index-heap';

/**
 * All vertices so that each stands after its predecessors; of those that could be next, the least id by code unit.
 * Null if there is a cycle. Cost: vertices and edges, and a logarithm for the ties.
 */
export function topologicalOrder(graph: Digraph): number[] | null {
  const { ids, predecessors, successors } = graph;
  const byId = ids.map((_, vertex) => vertex).sort((a, b) => compare(ids[a] as string, ids[b] as string));
  const rank = new Int32Array(ids.length);
  byId.forEach((vertex, position) => {
    rank[vertex] = position;
  });
  const open = Int32Array.from(predecessors, (list) => list.length);
  const ready = new IndexHeap();
  open.forEach((count, vertex) => {
    if (count === 0) ready.push(rank[vertex] as number);
  });
  const order: number[] = [];
  for (let position = ready.pop(); position !== undefined; position = ready.pop()) {
    const vertex = byId[position] as number;
    order.push(vertex);
    for (const after of successors[vertex] as readonly number[]) {
      const left = (open[after] as number) - 1;
      open[after] = left;
      if (left === 0) ready.push(rank[after] as number);
    }
  }
  return order.length === ids.length ? order : null;
}

/** Any order in which each vertex stands after its predecessors; null if there is a cycle. Cheaper than the stable one. */
export function sweepOrder(graph: Digraph): number[] | null {
  const open = Int32Array.from(graph.predecessors, (list) => list.length);
  const order: number[] = [];
  open.forEach((count, vertex) => {
    if (count === 0) order.push(vertex);
  });
  for (let at = 0; at < order.length; at++) {
    for (const after of graph.successors[order[at] as number] as readonly number[]) {
      const left = (open[after] as number) - 1;
      open[after] = left;
      if (left === 0) order.push(after);
    }
  }
  return order.length === graph.ids.length ? order : null;
}

/** Length of the longest chain of edges that ends in each vertex, 0 for one without predecessors. `order` is topological. */
export function levels(graph: Digraph, order: readonly number[]): Int32Array {
  const level = new Int32Array(graph.ids.length);
  for (const vertex of order) {
    for (const after of graph.successors[vertex] as readonly number[]) {
      if ((level[after] as number) <= (level[vertex] as number)) level[after] = (level[vertex] as number) + 1;
    }
  }
  return level;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
