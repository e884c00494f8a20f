/**
 * A directed graph and nothing more: stable order, cycles with their path, reduction, longest paths, printing as text.
 * Promises to know nothing of tasks or machines, to give the same answer for the same graph, and never to recurse, so
 * that the depth of a graph is bounded by memory alone.
 */
export { digraph, digraphOf, type Digraph } from './digraph';
export { longestPaths, type LongestPaths } from './longest-paths';
export { printDigraph } from './print-digraph';
export { shortestCycle } from './shortest-cycle';
export { levels, topologicalOrder } from './topological-order';
export { transitiveReduction } from './transitive-reduction';
