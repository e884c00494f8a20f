import { digraph, type Digraph } from '@muster/graph';

/**
 * The graph without barriers that save nothing: what comes before a barrier that one vertex alone requires comes before that
 * vertex, and what requires a barrier after one vertex alone requires that vertex. Exact: a barrier only forwards.
 * Barriers are the vertices from `count` on; later barriers come after earlier ones only. Those that are dissolved
 * stay as vertices without any relation.
 */
export function dissolveBarriers(graph: Digraph, count: number): Digraph {
  const before = graph.predecessors.map((list) => new Set(list));
  const after = graph.successors.map((list) => new Set(list));
  const of = (sets: readonly Set<number>[], vertex: number): Set<number> => sets[vertex] as Set<number>;
  let isChanged = false;
  // From the last to the first: whatever required a barrier has been settled when it is looked at.
  for (let barrier = graph.ids.length - 1; barrier >= count; barrier--) {
    const [from, to] = [of(before, barrier), of(after, barrier)];
    if (to.size === 0 || (from.size !== 1 && to.size !== 1)) continue;
    isChanged = true;
    for (const first of from) {
      of(after, first).delete(barrier);
      for (const then of to) {
        of(after, first).add(then);
        of(before, then).add(first);
      }
    }
    for (const then of to) of(before, then).delete(barrier);
    from.clear();
    to.clear();
  }
  return isChanged
    ? digraph(
        graph.ids,
        before.map((set) => [...set]),
      )
    : graph;
}
