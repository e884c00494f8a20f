import type { Digraph } from './digraph';

/** A vertex with at least this many predecessors is a hub: searching back through it again and again would cost most. */
const HUB_PREDECESSORS_MIN = 16;
/** Bytes for all rows of bits together. */
const BYTES_MAX = 64 * 1024 * 1024;

/** For the vertices with the most predecessors: all that comes before them, as bits, worked out once. */
export class HubAncestors {
  readonly #rows = new Map<number, Uint32Array>();

  /** `order` is topological. What comes before an opaque vertex does not count as before those after it. */
  constructor(
    private readonly graph: Digraph,
    order: readonly number[],
    private readonly isOpaque: (vertex: number) => boolean,
  ) {
    const words = Math.ceil(graph.ids.length / 32);
    const countMax = Math.floor(BYTES_MAX / Math.max(4 * words, 1));
    const size = (vertex: number): number => graph.predecessors[vertex]?.length ?? 0;
    const found = order.filter((vertex) => size(vertex) >= HUB_PREDECESSORS_MIN && !isOpaque(vertex));
    const chosen = new Set([...found].sort((a, b) => size(b) - size(a)).slice(0, countMax));
    // In topological order, so that the rows of hubs before a hub are there when it needs them.
    for (const vertex of found) if (chosen.has(vertex)) this.#rows.set(vertex, this.#rowOf(vertex, words));
  }

  has(vertex: number): boolean {
    return this.#rows.has(vertex);
  }

  /** True if `before` comes before the hub. */
  isBefore(before: number, hub: number): boolean {
    const row = this.#rows.get(hub);
    return row !== undefined && ((row[before >> 5] as number) & (1 << (before & 31))) !== 0;
  }

  #rowOf(hub: number, words: number): Uint32Array {
    const row = new Uint32Array(words);
    const stack = [hub];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const before of this.graph.predecessors[at] as readonly number[]) {
        const mask = 1 << (before & 31);
        if (((row[before >> 5] as number) & mask) !== 0) continue;
        (row[before >> 5] as number) |= mask;
        const known = this.#rows.get(before);
        if (known) for (let word = 0; word < words; word++) (row[word] as number) |= known[word] as number;
        else if (!this.isOpaque(before)) stack.push(before);
      }
    }
    return row;
  }
}
