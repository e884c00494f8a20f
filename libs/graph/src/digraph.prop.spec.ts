import fc from 'fast-check';
import { anyDag, anyDenseDag, anyGraph, reachability } from './digraph.testing';
import { digraph, type Digraph } from './digraph';
import { longestPaths } from './longest-paths';
import { printDigraph } from './print-digraph';
import { shortestCycle } from './shortest-cycle';
import { topologicalOrder } from './topological-order';
import { transitiveReduction } from './transitive-reduction';

const hasCycle = (graph: Digraph): boolean =>
  [...reachability(graph)].some((pair) => pair.split('>')[0] === pair.split('>')[1]);

/** Length of the shortest cycle by trying a search from each vertex; Infinity if there is none. */
function girth(graph: Digraph): number {
  let best = Infinity;
  graph.ids.forEach((_, start) => {
    const distance = new Map<number, number>([[start, 0]]);
    const queue = [start];
    for (const at of queue) {
      for (const after of graph.successors[at] ?? []) {
        if (after === start) best = Math.min(best, (distance.get(at) ?? 0) + 1);
        if (!distance.has(after)) {
          distance.set(after, (distance.get(at) ?? 0) + 1);
          queue.push(after);
        }
      }
    }
  });
  return best;
}

/** True if a path leads from `from` to `to` without an opaque vertex between them. */
function reachesClearly(graph: Digraph, from: number, to: number, isOpaque: (vertex: number) => boolean): boolean {
  const seen = new Set<number>([from]);
  for (const at of seen) {
    if (at !== from && isOpaque(at)) continue;
    for (const after of graph.successors[at] ?? []) seen.add(after);
  }
  return seen.has(to);
}

describe('any graph', () => {
  it('has an order or a cycle, never both; each vertex stands once, after its predecessors', () => {
    fc.assert(
      fc.property(anyGraph(12), (graph) => {
        const order = topologicalOrder(graph);
        expect(order === null).toBe(hasCycle(graph));
        expect(shortestCycle(graph) === null).toBe(order !== null);
        if (!order) return;
        expect([...order].sort((a, b) => a - b)).toEqual(graph.ids.map((_, vertex) => vertex));
        const position = new Map(order.map((vertex, at) => [vertex, at]));
        graph.predecessors.forEach((list, vertex) =>
          list.forEach((before) => expect(position.get(before)).toBeLessThan(position.get(vertex) as number)),
        );
      }),
    );
  });

  it('shows a cycle that is one, and none is shorter', () => {
    fc.assert(
      fc.property(anyGraph(10), (graph) => {
        const cycle = shortestCycle(graph);
        if (!cycle) return;
        expect(cycle.length).toBe(girth(graph));
        cycle.forEach((vertex, at) => expect(graph.successors[vertex]).toContain(cycle[(at + 1) % cycle.length]));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its order when its vertices are numbered another way', () => {
    fc.assert(
      fc.property(anyDag(10), (graph) => {
        const back = graph.ids.map((_, vertex) => graph.ids.length - 1 - vertex);
        const other = digraph(
          back.map((vertex) => graph.ids[vertex] as string),
          back.map((vertex) => (graph.predecessors[vertex] ?? []).map((before) => graph.ids.length - 1 - before)),
        );
        const names = (it: Digraph): string[] => (topologicalOrder(it) ?? []).map((vertex) => it.ids[vertex] as string);
        expect(names(other)).toEqual(names(graph));
        expect(printDigraph(other)).toBe(printDigraph(graph));
      }),
    );
  });
});

describe('any graph without cycles', () => {
  it('keeps its reachability when reduced, and loses it with any edge less', () => {
    fc.assert(
      fc.property(anyDag(12), (graph) => {
        const reduced = transitiveReduction(graph);
        expect(reachability(reduced)).toEqual(reachability(graph));
        reduced.predecessors.forEach((list, vertex) =>
          list.forEach((edge) => {
            const less = digraph(
              reduced.ids,
              reduced.predecessors.map((each, at) => (at === vertex ? each.filter((before) => before !== edge) : each)),
            );
            expect(reachability(less).has(`${edge}>${vertex}`)).toBe(false);
          }),
        );
      }),
    );
  });

  it('keeps an edge that only paths through opaque vertices would make superfluous', () => {
    fc.assert(
      fc.property(fc.oneof(anyDag(10), anyDenseDag(40)), (graph) => {
        const isOpaque = (vertex: number): boolean => vertex % 3 === 1;
        const reduced = transitiveReduction(graph, isOpaque);
        graph.predecessors.forEach((list, vertex) =>
          list.forEach((before) => {
            const others = list.filter((each) => each !== before && !isOpaque(each));
            const isImplied = others.some((each) => reachesClearly(graph, before, each, isOpaque));
            expect(reduced.predecessors[vertex]?.includes(before)).toBe(!isImplied);
          }),
        );
      }),
    );
  });

  it('is reduced the same way by search, by rows of bits, and by both', () => {
    fc.assert(
      fc.property(fc.oneof(anyDag(12), anyDenseDag(40), anyDenseDag(70)), fc.nat(300), (graph, steps) => {
        const isOpaque = (vertex: number): boolean => vertex % 5 === 1;
        const bySearch = transitiveReduction(graph, isOpaque);
        expect(transitiveReduction(graph, isOpaque, 0)).toEqual(bySearch);
        expect(transitiveReduction(graph, isOpaque, steps)).toEqual(bySearch);
      }),
    );
  });

  it('has tails that no successor outweighs', () => {
    fc.assert(
      fc.property(anyDag(12), (graph) => {
        const weight = (vertex: number): number => (vertex * 37) % 11;
        const { tails, path, length } = longestPaths(graph, weight);
        graph.ids.forEach((_, vertex) => {
          const rest = Math.max(0, ...(graph.successors[vertex] ?? []).map((after) => tails[after] as number));
          expect(tails[vertex]).toBe(weight(vertex) + rest);
        });
        expect(path.reduce((sum, vertex) => sum + weight(vertex), 0)).toBe(length);
        expect(length).toBe(Math.max(0, ...tails));
      }),
    );
  });
});
