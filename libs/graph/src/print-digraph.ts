import type { Digraph } from './digraph';

/** The graph as text: ids in order of code units, under each, indented, what comes before it. Made for comparing. */
export function printDigraph(
  graph: Digraph,
  line: (vertex: number) => string = (vertex) => graph.ids[vertex] as string,
): string {
  const order = (a: number, b: number): number => ((graph.ids[a] as string) < (graph.ids[b] as string) ? -1 : 1);
  const vertices = graph.ids.map((_, vertex) => vertex).sort(order);
  return vertices
    .flatMap((vertex) => [
      line(vertex),
      ...[...(graph.predecessors[vertex] ?? [])].sort(order).map((before) => `  ${graph.ids[before]}`),
    ])
    .join('\n');
}
