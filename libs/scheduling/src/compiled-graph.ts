import { MASTER, SYNC_POINT, type GraphBarrier, type GraphTask, type TaskGraph } from '@muster/model';
import { invariant } from '@muster/problems';
import { VertexNumbers } from './vertex-numbers';

/** Edges of all vertices in two arrays: those of `v` are `targets[offsets[v]]` up to `targets[offsets[v + 1] - 1]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/**
 * A task graph as dense numbers, made once per deployment: vertices are tasks (in the graph's order), then barriers;
 * machines are nodes, `master` being the node that carries it; the sync point is no machine (-1).
 */
export interface CompiledGraph {
  readonly source: TaskGraph;
  readonly taskCount: number;
  readonly vertexCount: number;
  readonly tasks: readonly GraphTask[];
  readonly addresses: readonly string[];
  /** 1 for tasks without work, which are crossed. */
  readonly isBridge: Uint8Array;
  readonly timeoutMs: Float64Array;
  readonly indexOf: VertexNumbers;
  readonly machines: readonly string[];
  readonly machineOf: Int32Array;
  readonly tasksOfMachine: Adjacency;
  readonly successors: Adjacency;
  readonly predecessors: Adjacency;
  /** Which ready task is chosen first, the largest: the graph's priorities, else `longestChains`. */
  readonly rank: Float64Array;
  readonly limitKeys: readonly string[];
  readonly limitCapacity: Int32Array;
  readonly limitsOf: Adjacency;
  /** A section on a machine, as `upgrade@n1`; those without work or machine are left out. */
  readonly sections: readonly string[];
  /** The section of each task; -1: none. */
  readonly sectionOf: Int32Array;
  readonly sectionsOfMachine: Adjacency;
  /** What a section takes: the limits of all its tasks, ascending. */
  readonly limitsOfSection: Adjacency;
  /** Fault-tolerance groups of each machine. */
  readonly groupsOfMachine: Adjacency;
}

/** Assumed for a task without history or hint, so that chains still have lengths. */
const EXPECTED_MS_DEFAULT = 1000;

/**
 * Compiles `graph`. Fails with `InvariantBroken` on what planning must have refused: relations that lead nowhere,
 * a circle, a limit below one. Cost: proportional to vertices and edges.
 */
export function compileGraph(graph: TaskGraph): CompiledGraph {
  const taskCount = graph.tasks.length;
  const vertexCount = taskCount + graph.barriers.length;
  const addresses = graph.tasks.map(({ task }) => task);
  const barriers = graph.barriers.map(({ id }) => id);
  const indexOf = new VertexNumbers(addresses, barriers);

  const numbers = new MachineNumbers(graph.master);
  const machineOf = new Int32Array(taskCount);
  const isBridge = new Uint8Array(taskCount);
  const timeoutMs = new Float64Array(taskCount);
  const workMs = new Float64Array(vertexCount);
  graph.tasks.forEach((task, index) => {
    machineOf[index] = numbers.add(task.node);
    isBridge[index] = Number(task.action === 'skip');
    timeoutMs[index] = task.timeoutMs;
    workMs[index] = task.action === 'run' ? (task.expectedMs ?? EXPECTED_MS_DEFAULT) : 0;
  });

  const names = [...addresses, ...barriers];
  // Neighbours in the graph's order mostly relate to the same or to neighbours: `a@n2` needs `b@n2` as `a@n1` needs `b@n1`.
  const vertexOf = (name: string, above: number, left: number): number => {
    if (names[above + 1] === name) return above + 1;
    if (names[above] === name) return above;
    if (names[left + 1] === name) return left + 1;
    const index = indexOf.get(name) ?? -1;
    if (index < 0) invariant(false, `relation to ${name} leads into the graph`);
    return index;
  };
  const predecessors = adjacency(
    vertexCount,
    (vertex) => (graph.tasks[vertex] ?? (graph.barriers[vertex - taskCount] as GraphBarrier)).requires,
    vertexOf,
  );
  const successors = reversed(predecessors, vertexCount);

  const limitKeys = Object.keys(graph.limits).sort();
  const limitIndex = new Map(limitKeys.map((key, index) => [key, index]));
  const limitCapacity = Int32Array.from(limitKeys, (key) => graph.limits[key] ?? 0);
  invariant(
    limitCapacity.every((capacity) => capacity >= 1),
    'every limit is at least one',
  );

  const limitsOf = adjacency(
    taskCount,
    (task) => (graph.tasks[task] as GraphTask).limits,
    (key) => {
      const index = limitIndex.get(key);
      invariant(index !== undefined, `limit ${key} has a capacity`);
      return index;
    },
  );

  const machines = numbers.names;
  const groups: number[][] = machines.map(() => []);
  graph.faultTolerance.forEach((group, index) => {
    for (const node of new Set(group.nodes)) {
      const machine = numbers.get(node);
      if (machine !== undefined) groups[machine]?.push(index);
    }
  });

  return {
    source: graph,
    taskCount,
    vertexCount,
    tasks: graph.tasks,
    addresses,
    isBridge,
    timeoutMs,
    indexOf,
    machines,
    machineOf,
    tasksOfMachine: membersOf(machineOf, machines.length),
    successors,
    predecessors,
    rank: rankOf(graph, longestTails(workMs, successors, predecessors)),
    limitKeys,
    limitCapacity,
    limitsOf,
    ...compileSections(graph.tasks, machines, machineOf, limitsOf),
    groupsOfMachine: adjacency(
      machines.length,
      (machine) => groups[machine] as number[],
      (group) => group,
    ),
  };
}

/** Barriers are never chosen. */
function rankOf({ priorities, tasks }: TaskGraph, longest: Float64Array): Float64Array {
  if (priorities === undefined) return longest;
  invariant(priorities.length === tasks.length, 'every task of a graph has a priority, or none has');
  const rank = new Float64Array(longest.length);
  rank.set(priorities);
  return rank;
}

/** The machines of a graph in the order in which its tasks name them. */
class MachineNumbers {
  readonly names: string[] = [];
  readonly #index = new Map<string, number>();
  readonly #master: string | null;
  #last = -1;

  constructor(master: string | null) {
    this.#master = master;
  }

  get(node: string): number | undefined {
    return this.#index.get(node === MASTER ? (this.#master ?? MASTER) : node);
  }

  /** The number of the machine that carries what is on `node`, a new one if need be; -1 for the sync point. */
  add(node: string): number {
    // Tasks of one definition follow each other, on the machines in one order.
    if (this.names[this.#last + 1] === node) return ++this.#last;
    if (node === SYNC_POINT) return -1;
    const machine = node === MASTER ? (this.#master ?? MASTER) : node;
    this.#last = this.#index.get(machine) ?? this.names.push(machine) - 1;
    this.#index.set(machine, this.#last);
    return this.#last;
  }
}

/**
 * One pass, which reads each list once. `numberOf` is also told two numbers that the one asked for is often close to: the
 * one at the same place in the list of the vertex before, and the one before it in its own list; 0 where there is none.
 */
function adjacency<Name>(
  count: number,
  listOf: (vertex: number) => ArrayLike<Name>,
  numberOf: (name: Name, above: number, left: number) => number,
): Adjacency {
  const offsets = new Int32Array(count + 1);
  let targets = new Int32Array(count);
  let at = 0;
  let before = 0;
  for (let vertex = 0; vertex < count; vertex++) {
    const list = listOf(vertex);
    const first = at;
    if (first + list.length > targets.length) targets = withRoom(targets, first + list.length);
    for (let index = 0; index < list.length; index++) {
      const above = before + index < first ? (targets[before + index] as number) : 0;
      const left = index > 0 ? (targets[at - 1] as number) : 0;
      targets[at++] = numberOf(list[index] as Name, above, left);
    }
    before = first;
    offsets[vertex + 1] = at;
  }
  return { offsets, targets: targets.slice(0, at) };
}

function withRoom(targets: Int32Array<ArrayBuffer>, room: number): Int32Array<ArrayBuffer> {
  const roomier = new Int32Array(Math.max(room, 2 * targets.length));
  roomier.set(targets);
  return roomier;
}

type Sections = Pick<CompiledGraph, 'sections' | 'sectionOf' | 'sectionsOfMachine' | 'limitsOfSection'>;

function compileSections(
  tasks: readonly GraphTask[],
  machines: readonly string[],
  machineOf: Int32Array,
  limitsOf: Adjacency,
): Sections {
  const sections: string[] = [];
  const numbers = new Map<string, number>();
  const sectionOf = new Int32Array(tasks.length).fill(-1);
  const machineOfSection: number[] = [];
  const limits: Set<number>[] = [];
  tasks.forEach(({ section, action }, task) => {
    const machine = machineOf[task] as number;
    if (section === undefined || action === 'skip' || machine < 0) return;
    const name = `${section}@${machines[machine]}`;
    const number = numbers.get(name) ?? sections.push(name) - 1;
    numbers.set(name, number);
    machineOfSection[number] = machine;
    sectionOf[task] = number;
    const taken = (limits[number] ??= new Set());
    for (let at = limitsOf.offsets[task] as number; at < (limitsOf.offsets[task + 1] as number); at++)
      taken.add(limitsOf.targets[at] as number);
  });
  return {
    sections,
    sectionOf,
    sectionsOfMachine: membersOf(Int32Array.from(machineOfSection), machines.length),
    limitsOfSection: adjacency(
      sections.length,
      (section) => [...(limits[section] ?? [])].sort((a, b) => a - b),
      (limit) => limit,
    ),
  };
}

/** The members of each of `count` groups, ascending; `groupOf` is -1 for those of none. */
function membersOf(groupOf: Int32Array, count: number): Adjacency {
  const offsets = new Int32Array(count + 1);
  for (const group of groupOf) if (group >= 0) (offsets[group + 1] as number)++;
  for (let group = 0; group < count; group++) (offsets[group + 1] as number) += offsets[group] as number;
  const fill = offsets.slice(0, count);
  const targets = new Int32Array(offsets[count] as number);
  groupOf.forEach((group, member) => {
    if (group >= 0) targets[(fill[group] as number)++] = member;
  });
  return { offsets, targets };
}

function reversed({ offsets, targets }: Adjacency, count: number): Adjacency {
  const back = new Int32Array(count + 1);
  for (const target of targets) (back[target + 1] as number)++;
  for (let index = 0; index < count; index++) (back[index + 1] as number) += back[index] as number;
  const fill = back.slice(0, count);
  const sources = new Int32Array(targets.length);
  for (let source = 0; source + 1 < offsets.length; source++) {
    for (let at = offsets[source] as number; at < (offsets[source + 1] as number); at++) {
      const target = targets[at] as number;
      sources[fill[target] as number] = source;
      (fill[target] as number)++;
    }
  }
  return { offsets: back, targets: sources };
}

/** Longest tails by a backward sweep over what each vertex takes; a vertex that is never reached lies on a circle. */
function longestTails(workMs: Float64Array, successors: Adjacency, predecessors: Adjacency): Float64Array {
  const vertexCount = workMs.length;
  const rank = new Float64Array(vertexCount);
  const open = new Int32Array(vertexCount);
  const queue = new Int32Array(vertexCount);
  let queued = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    open[vertex] = (successors.offsets[vertex + 1] as number) - (successors.offsets[vertex] as number);
    if (open[vertex] === 0) queue[queued++] = vertex;
  }
  for (let head = 0; head < queued; head++) {
    const vertex = queue[head] as number;
    (rank[vertex] as number) += workMs[vertex] as number;
    for (let at = predecessors.offsets[vertex] as number; at < (predecessors.offsets[vertex + 1] as number); at++) {
      const before = predecessors.targets[at] as number;
      if ((rank[before] as number) < (rank[vertex] as number)) rank[before] = rank[vertex] as number;
      (open[before] as number)--;
      if (open[before] === 0) queue[queued++] = before;
    }
  }
  invariant(queued === vertexCount, 'a graph has no circle');
  return rank;
}
