import type { Adjacency, CompiledGraph } from './compiled-graph';

/** Two limits that could wait for each other, by way of a section. */
export interface SectionDeadlock {
  /** As `upgrade@n1`: holds `held`, and cannot end before `task` has. */
  readonly section: string;
  readonly held: string;
  readonly task: string;
  readonly needed: string;
}

/** Openers of sections whose ancestors are looked at in one sweep; bounds memory to 128 bytes a vertex and table. */
const OPENERS_AT_ONCE = 1024;

/**
 * Finds sections that could wait for each other for ever: each holds slots until its last task has ended, and that one
 * comes after a task outside that needs a slot. Null if that cannot happen, whatever order tasks end in; may find some
 * that luck would avoid. Cost: vertices and edges times sections / 1,000; nothing without sections.
 */
export function findSectionDeadlock(graph: CompiledGraph): SectionDeadlock | null {
  if (graph.sections.length === 0) return null;
  const waits = new Waits(graph);
  for (const chunk of chunksOf(graph, openersOf(graph))) lookBetween(graph, chunk, waits);
  return waits.circle();
}

interface Chunk {
  readonly first: number;
  readonly end: number;
  /** Tasks that may start a section, section after section; those of `first + s` from `from[s]` to `from[s + 1] - 1`. */
  readonly openers: readonly number[];
  readonly from: readonly number[];
}

/** Tasks of a section before which no other of it comes, by section. */
function openersOf(graph: CompiledGraph): number[][] {
  const { sectionOf, sections, taskCount } = graph;
  const openers: number[][] = sections.map(() => []);
  for (let first = 0; first < sections.length; first += OPENERS_AT_ONCE) {
    const words = Math.ceil(Math.min(OPENERS_AT_ONCE, sections.length - first) / 32);
    const isIn = (vertex: number): number => {
      const section = vertex < taskCount ? (sectionOf[vertex] as number) - first : -1;
      return section >= 0 && section < words * 32 ? section : -1;
    };
    sweep(graph.predecessors, graph.successors, words, isIn, (vertex, before) => {
      const section = isIn(vertex);
      if (section >= 0 && !hasBit(before, section)) openers[first + section]?.push(vertex);
    });
  }
  return openers;
}

function chunksOf(graph: CompiledGraph, openers: readonly (readonly number[])[]): Chunk[] {
  const chunks: Chunk[] = [];
  for (let section = 0; section < graph.sections.length;) {
    const first = section;
    const list: number[] = [];
    const from = [0];
    do {
      list.push(...(openers[section] ?? []));
      from.push(list.length);
      section++;
    } while (
      section < graph.sections.length &&
      section - first < OPENERS_AT_ONCE &&
      list.length + (openers[section]?.length ?? 0) <= OPENERS_AT_ONCE
    );
    chunks.push({ first, end: section, openers: list, from });
  }
  return chunks;
}

/** Tells `waits` of every task that may still have to end when a section of the chunk has been opened, and that is none of its own. */
function lookBetween(graph: CompiledGraph, { first, end, openers, from }: Chunk, waits: Waits): void {
  const { sectionOf, taskCount } = graph;
  const openerNumber = new Map(openers.map((task, number) => [task, number]));
  const beforeOpeners = new Map<number, Uint32Array>();
  sweep(
    graph.successors,
    graph.predecessors,
    Math.ceil(openers.length / 32),
    (vertex) => openerNumber.get(vertex) ?? -1,
    (vertex, bits) => {
      if (vertex < taskCount && waits.needsSlots(vertex)) beforeOpeners.set(vertex, bits.slice());
    },
  );
  const inChunk = (vertex: number): number => {
    const section = vertex < taskCount ? (sectionOf[vertex] as number) : -1;
    return section >= first && section < end ? section - first : -1;
  };
  sweep(graph.successors, graph.predecessors, Math.ceil((end - first) / 32), inChunk, (vertex, before) => {
    const openersAfter = beforeOpeners.get(vertex);
    if (!openersAfter) return;
    for (let section = 0; section < end - first; section++) {
      if (!hasBit(before, section) || sectionOf[vertex] === first + section) continue;
      let isBeforeAll = true;
      for (let opener = from[section] as number; opener < (from[section + 1] as number); opener++)
        if (!hasBit(openersAfter, opener)) isBeforeAll = false;
      if (!isBeforeAll) waits.add(first + section, vertex);
    }
  });
}

/**
 * Visits all vertices, each after all of its neighbours in `towards`, with the marks that it gets from them: bit `mark(n)`
 * of each neighbour `n` and all that `n` had. The bits belong to `sweep` and change after the visit.
 */
function sweep(
  towards: Adjacency,
  back: Adjacency,
  words: number,
  mark: (vertex: number) => number,
  visit: (vertex: number, bits: Uint32Array) => void,
): void {
  const count = towards.offsets.length - 1;
  const open = new Int32Array(count);
  const queue = new Int32Array(count);
  const bits = new Uint32Array(count * words);
  let queued = 0;
  for (let vertex = 0; vertex < count; vertex++) {
    open[vertex] = (towards.offsets[vertex + 1] as number) - (towards.offsets[vertex] as number);
    if (open[vertex] === 0) queue[queued++] = vertex;
  }
  for (let head = 0; head < queued; head++) {
    const vertex = queue[head] as number;
    const own = bits.subarray(vertex * words, (vertex + 1) * words);
    visit(vertex, own);
    const bit = mark(vertex);
    if (bit >= 0) (own[bit >>> 5] as number) |= 1 << (bit & 31);
    for (let at = back.offsets[vertex] as number; at < (back.offsets[vertex + 1] as number); at++) {
      const next = back.targets[at] as number;
      for (let word = 0; word < words; word++) (bits[next * words + word] as number) |= own[word] as number;
      (open[next] as number)--;
      if (open[next] === 0) queue[queued++] = next;
    }
  }
}

function hasBit(bits: Uint32Array, bit: number): boolean {
  return ((bits[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
}

/** Which limits may wait for which: a section holds the one and cannot end before a task has that needs the other. */
class Waits {
  readonly #graph: CompiledGraph;
  /** Limits that more machines want than may have them. */
  readonly #contended: Uint8Array;
  readonly #waiting: Set<number>[];
  readonly #edges: Map<number, { readonly section: number; readonly task: number }>[];

  constructor(graph: CompiledGraph) {
    this.#graph = graph;
    const { limitKeys, limitsOf, limitCapacity, machineOf, taskCount } = graph;
    const wanting: Set<number>[] = limitKeys.map(() => new Set());
    for (let task = 0; task < taskCount; task++) {
      const machine = machineOf[task] as number;
      for (let at = limitsOf.offsets[task] as number; at < (limitsOf.offsets[task + 1] as number); at++)
        wanting[limitsOf.targets[at] as number]?.add(machine >= 0 ? machine : -1 - task);
    }
    this.#contended = Uint8Array.from(wanting, (set, limit) => Number(set.size > (limitCapacity[limit] as number)));
    this.#waiting = limitKeys.map(() => new Set());
    this.#edges = limitKeys.map(() => new Map<number, { section: number; task: number }>());
  }

  needsSlots(task: number): boolean {
    return this.#graph.isBridge[task] === 0 && this.#needs(task).length > 0;
  }

  add(section: number, task: number): void {
    const { limitsOfSection, sectionsOfMachine, machineOf } = this.#graph;
    const machine = machineOf[task] as number;
    const held = row(limitsOfSection, section);
    const isSameMachine = machine >= 0 && row(sectionsOfMachine, machine).includes(section);
    const needed = this.#needs(task).filter((limit) => !isSameMachine || !held.includes(limit));
    if (needed.length === 0) return;
    for (const limit of held) {
      this.#waiting[limit]?.add(section);
      for (const other of needed)
        if (!this.#edges[limit]?.has(other)) this.#edges[limit]?.set(other, { section, task });
    }
  }

  circle(): SectionDeadlock | null {
    const { limitCapacity, limitKeys, sections, addresses } = this.#graph;
    // Where sections that wait cannot hold all slots, one is always free in the end.
    const isSafe = (limit: number): boolean => (this.#waiting[limit]?.size ?? 0) < (limitCapacity[limit] as number);
    const edgesOf = (limit: number): number[] =>
      isSafe(limit) ? [] : [...(this.#edges[limit]?.keys() ?? [])].filter((other) => !isSafe(other));
    for (let start = 0; start < limitKeys.length; start++) {
      for (const [other, { section, task }] of this.#edges[start] ?? []) {
        if (isSafe(start) || isSafe(other) || !leadsTo(other, start, edgesOf)) continue;
        return {
          section: sections[section] ?? '',
          held: limitKeys[start] ?? '',
          task: addresses[task] ?? '',
          needed: limitKeys[other] ?? '',
        };
      }
    }
    return null;
  }

  /** What the task may have to take: all of its section, which it may have to open. */
  #needs(task: number): number[] {
    const { limitsOf, limitsOfSection, sectionOf } = this.#graph;
    const section = sectionOf[task] as number;
    const limits = section >= 0 ? row(limitsOfSection, section) : row(limitsOf, task);
    return limits.filter((limit) => this.#contended[limit] === 1);
  }
}

function row({ offsets, targets }: Adjacency, at: number): number[] {
  return [...targets.subarray(offsets[at], offsets[at + 1])];
}

function leadsTo(from: number, to: number, edgesOf: (limit: number) => number[]): boolean {
  const seen = new Set([from]);
  const stack = [from];
  for (let limit = stack.pop(); limit !== undefined; limit = stack.pop()) {
    if (limit === to) return true;
    for (const next of edgesOf(limit)) {
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return false;
}
