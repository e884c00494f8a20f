import fc from 'fast-check';
import { digraph, type Digraph } from './digraph';

/** Any graph of up to `size` vertices, cycles and loops included. */
export function anyGraph(size: number): fc.Arbitrary<Digraph> {
  return fc.integer({ min: 0, max: size }).chain((count) =>
    fc
      .array(fc.tuple(fc.nat(Math.max(0, count - 1)), fc.nat(Math.max(0, count - 1))), {
        maxLength: count === 0 ? 0 : count * 3,
      })
      .map((edges) => fromEdges(count, edges)),
  );
}

/** Any graph without cycles; ids in another order than the edges. */
export function anyDag(size: number): fc.Arbitrary<Digraph> {
  return fc.integer({ min: 0, max: size }).chain((count) =>
    fc
      .array(fc.tuple(fc.nat(Math.max(0, count - 1)), fc.nat(Math.max(0, count - 1))), {
        maxLength: count === 0 ? 0 : count * 4,
      })
      .map((edges) =>
        fromEdges(
          count,
          edges.filter(([a, b]) => a !== b).map(([a, b]) => (a < b ? [a, b] : [b, a])),
        ),
      ),
  );
}

/** Any graph without cycles in which most vertices have many predecessors. */
export function anyDenseDag(size: number): fc.Arbitrary<Digraph> {
  return fc
    .array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { minLength: size * 6, maxLength: size * 16 })
    .map((edges) =>
      fromEdges(
        size,
        edges.filter(([a, b]) => a !== b).map(([a, b]) => (a < b ? [a, b] : [b, a])),
      ),
    );
}

/** Pairs `before>after` that are connected by any path; by the simplest means. */
export function reachability(graph: Digraph): Set<string> {
  const pairs = new Set<string>();
  graph.ids.forEach((_, start) => {
    const seen = new Set<number>();
    const stack = [...(graph.successors[start] ?? [])];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      pairs.add(`${start}>${at}`);
      stack.push(...(graph.successors[at] ?? []));
    }
  });
  return pairs;
}

function fromEdges(count: number, edges: readonly (readonly [number, number] | number[])[]): Digraph {
  const predecessors: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) predecessors[to]?.push(from);
  return digraph(
    Array.from({ length: count }, (_, index) => `v${(index * 7919) % 1000}-${index}`),
    predecessors,
  );
}
