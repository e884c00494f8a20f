import { digraph, digraphOf } from './digraph';
import { reachability } from './digraph.testing';
import { longestPaths } from './longest-paths';
import { printDigraph } from './print-digraph';
import { shortestCycle } from './shortest-cycle';
import { topologicalOrder } from './topological-order';
import { transitiveReduction } from './transitive-reduction';

const named = (graph: { ids: readonly string[] }, vertices: readonly number[] | null): string[] =>
  (vertices ?? []).map((vertex) => graph.ids[vertex] as string);

describe('a graph', () => {
  it('prints as sorted text', () => {
    const graph = digraphOf(
      ['b', 'c', 'a'],
      [
        ['a', 'c'],
        ['b', 'c'],
        ['a', 'b'],
        ['a', 'c'],
      ],
    );
    expect(printDigraph(graph)).toBe('a\nb\n  a\nc\n  a\n  b');
  });

  it('refuses an edge to nowhere', () => {
    expect(() => digraphOf(['a'], [['a', 'b']])).toThrow('no vertex b');
    expect(() => digraph(['a'], [[3]])).toThrow('no vertex 3');
  });

  it('is ordered with ties by code unit, upper case before lower', () => {
    const graph = digraphOf(['b', 'a', 'Z', 'c'], [['c', 'a']]);
    expect(named(graph, topologicalOrder(graph))).toEqual(['Z', 'b', 'c', 'a']);
  });

  it('shows the shortest of two cycles, from its least id on', () => {
    const graph = digraphOf(
      ['a', 'b', 'c', 'd', 'e'],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
        ['e', 'd'],
        ['d', 'e'],
        ['c', 'd'],
      ],
    );
    expect(named(graph, shortestCycle(graph))).toEqual(['d', 'e']);
  });

  it('does not count free vertices in the length of a cycle', () => {
    const graph = digraphOf(
      ['a', 'x', 'y', 'z', 'b', 'c', 'd'],
      [
        ['a', 'x'],
        ['x', 'y'],
        ['y', 'z'],
        ['z', 'a'],
        ['b', 'c'],
        ['c', 'd'],
        ['d', 'b'],
      ],
    );
    expect(
      named(
        graph,
        shortestCycle(graph, (vertex) => 'xyz'.includes(graph.ids[vertex] as string)),
      ),
    ).toEqual(['a', 'x', 'y', 'z']);
    expect(named(graph, shortestCycle(graph))).toEqual(['b', 'c', 'd']);
  });

  it('shows a loop as a cycle of one', () => {
    const graph = digraphOf(
      ['a', 'b'],
      [
        ['a', 'b'],
        ['b', 'b'],
      ],
    );
    expect(named(graph, shortestCycle(graph))).toEqual(['b']);
  });

  it('takes the path with the least ids among equals', () => {
    const graph = digraphOf(
      ['s', 'b', 'a', 'e'],
      [
        ['s', 'b'],
        ['s', 'a'],
        ['a', 'e'],
        ['b', 'e'],
      ],
    );
    expect(named(graph, longestPaths(graph, () => 1).path)).toEqual(['s', 'a', 'e']);
  });

  it('does not recurse: a chain of 200,000 and a ring of 100,000 are no problem', () => {
    const chain = digraph(
      Array.from({ length: 200_000 }, (_, index) => `v${index}`),
      Array.from({ length: 200_000 }, (_, index) => (index === 0 ? [] : index === 1 ? [0] : [index - 1, index - 2])),
    );
    expect(transitiveReduction(chain).edgeCount).toBe(199_999);
    const ring = digraph(
      Array.from({ length: 100_000 }, (_, index) => `v${index}`),
      Array.from({ length: 100_000 }, (_, index) => [(index + 99_999) % 100_000]),
    );
    expect(shortestCycle(ring)).toHaveLength(100_000);
  });

  it('finds a cycle, if not the shortest, when searching would take too long', () => {
    // Two rings of different length, the long one first.
    const long = Array.from({ length: 50 }, (_, at) => `a${at}`);
    const short = ['b', 'c'];
    const ringOf = (names: string[]) =>
      names.map((name, at) => [name, names[(at + 1) % names.length]] as [string, string]);
    const graph = digraphOf([...long, ...short], [...ringOf(long), ...ringOf(short)]);
    expect(shortestCycle(graph)).toHaveLength(2);
    expect(shortestCycle(graph, undefined, 50)).toHaveLength(50);
    expect(shortestCycle(graph, undefined, 10)).toHaveLength(50);
  });

  it('reduces 10,000 vertices with 150,000 edges the same way by search and by rows of bits', () => {
    let seed = 42;
    const next = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    const count = 10_000;
    const ids = Array.from({ length: count }, (_, index) => `v${index}`);
    const big = digraph(
      ids,
      ids.map((_, vertex) => (vertex === 0 ? [] : Array.from({ length: 15 }, () => next(vertex)))),
    );
    const reduced = transitiveReduction(big);
    expect(transitiveReduction(reduced).edgeCount).toBe(reduced.edgeCount);
    // Reachability of so large a graph is compared on a part of it: the last vertices, which all of it leads to.
    const part = (it: typeof big): typeof big => digraph(ids.slice(0, 300), it.predecessors.slice(0, 300));
    expect(reachability(transitiveReduction(part(big)))).toEqual(reachability(part(big)));
    expect(transitiveReduction(part(big)).predecessors).toEqual(reduced.predecessors.slice(0, 300));
  });
});
