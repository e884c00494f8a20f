import { MASTER, SYNC_POINT, type GraphTask, type TaskGraph } from '@muster/model';
import { invariant } from '@muster/problems';

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
  readonly indexOf: ReadonlyMap<string, number>;
  readonly machines: readonly string[];
  readonly machineOf: Int32Array;
  readonly tasksOfMachine: Adjacency;
  readonly successors: Adjacency;
  readonly predecessors: Adjacency;
  /** Longest remaining chain in expected milliseconds, the task itself included. */
  readonly rank: Float64Array;
  readonly limitKeys: readonly string[];
  readonly limitCapacity: Int32Array;
  readonly limitsOf: Adjacency;
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
  const indexOf = new Map<string, number>();
  graph.tasks.forEach((task, index) => indexOf.set(task.task, index));
  graph.barriers.forEach((barrier, index) => indexOf.set(barrier.id, taskCount + index));
  invariant(indexOf.size === vertexCount, 'every vertex of a graph has a name of its own');

  const machines: string[] = [];
  const machineIndex = new Map<string, number>();
  const machineOf = new Int32Array(taskCount);
  graph.tasks.forEach((task, index) => {
    machineOf[index] = machineNumber(task.node, graph, machines, machineIndex);
  });

  const requires = [...graph.tasks.map((task) => task.requires), ...graph.barriers.map((barrier) => barrier.requires)];
  const predecessors = adjacency(
    requires.map((names) =>
      names.map((name) => {
        const index = indexOf.get(name);
        invariant(index !== undefined, `relation to ${name} leads into the graph`);
        return index;
      }),
    ),
  );
  const successors = reversed(predecessors, vertexCount);

  const limitKeys = Object.keys(graph.limits).sort();
  const limitIndex = new Map(limitKeys.map((key, index) => [key, index]));
  const limitCapacity = Int32Array.from(limitKeys, (key) => graph.limits[key] ?? 0);
  invariant(
    limitCapacity.every((capacity) => capacity >= 1),
    'every limit is at least one',
  );

  const groups: number[][] = machines.map(() => []);
  graph.faultTolerance.forEach((group, index) => {
    for (const node of new Set(group.nodes)) {
      const machine = machineIndex.get(node === MASTER && graph.master !== null ? graph.master : node);
      if (machine !== undefined) groups[machine]?.push(index);
    }
  });

  return {
    source: graph,
    taskCount,
    vertexCount,
    tasks: graph.tasks,
    indexOf,
    machines,
    machineOf,
    tasksOfMachine: reversed(
      adjacency(Array.from(machineOf, (machine) => (machine < 0 ? [] : [machine]))),
      machines.length,
    ),
    successors,
    predecessors,
    rank: longestTails(graph, successors, predecessors, vertexCount),
    limitKeys,
    limitCapacity,
    limitsOf: adjacency(
      graph.tasks.map((task) =>
        task.limits.map((key) => {
          const index = limitIndex.get(key);
          invariant(index !== undefined, `limit ${key} has a capacity`);
          return index;
        }),
      ),
    ),
    groupsOfMachine: adjacency(groups),
  };
}

function machineNumber(node: string, graph: TaskGraph, machines: string[], index: Map<string, number>): number {
  if (node === SYNC_POINT) return -1;
  const machine = node === MASTER ? (graph.master ?? MASTER) : node;
  const known = index.get(machine);
  if (known !== undefined) return known;
  index.set(machine, machines.length);
  return machines.push(machine) - 1;
}

function adjacency(lists: readonly (readonly number[])[]): Adjacency {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    offsets[index + 1] = (offsets[index] as number) + list.length;
  });
  const targets = new Int32Array(offsets[lists.length] as number);
  let at = 0;
  for (const list of lists) for (const target of list) targets[at++] = target;
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

/** Longest tails by a backward sweep; a vertex that is never reached lies on a circle. */
function longestTails(
  graph: TaskGraph,
  successors: Adjacency,
  predecessors: Adjacency,
  vertexCount: number,
): Float64Array {
  const rank = new Float64Array(vertexCount);
  const open = new Int32Array(vertexCount);
  const queue: number[] = [];
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    open[vertex] = (successors.offsets[vertex + 1] as number) - (successors.offsets[vertex] as number);
    if (open[vertex] === 0) queue.push(vertex);
  }
  for (let head = 0; head < queue.length; head++) {
    const vertex = queue[head] as number;
    const task = graph.tasks[vertex];
    (rank[vertex] as number) += task && task.action === 'run' ? (task.expectedMs ?? EXPECTED_MS_DEFAULT) : 0;
    for (let at = predecessors.offsets[vertex] as number; at < (predecessors.offsets[vertex + 1] as number); at++) {
      const before = predecessors.targets[at] as number;
      if ((rank[before] as number) < (rank[vertex] as number)) rank[before] = rank[vertex] as number;
      (open[before] as number)--;
      if (open[before] === 0) queue.push(before);
    }
  }
  invariant(queue.length === vertexCount, 'a graph has no circle');
  return rank;
}
