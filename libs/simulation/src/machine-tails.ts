import type { CompiledGraph } from '@muster/scheduling';

/** Beyond so many tasks the sets of what comes after each would take too much memory (n² / 8 bytes). */
export const MACHINE_TAILS_TASKS_MAX = 12_000;

/**
 * What at least remains to be done from each vertex on, in milliseconds, itself included: its longest chain; all that
 * comes after it on any one machine, one after the other; all that comes after it under any one limit, as many at once as
 * that allows. `workMs`: by task; barriers have none. Cost: tasks squared.
 */
export function machineTails(graph: CompiledGraph, workMs: Float64Array): Float64Array {
  const { vertexCount, taskCount, successors, predecessors, machines, limitKeys } = graph;
  const words = Math.ceil(taskCount / 32);
  const after = new Uint32Array(vertexCount * words);
  const tails = new Float64Array(vertexCount);
  const load = new Load(machines.length + limitKeys.length);
  const open = new Int32Array(vertexCount);
  const queue: number[] = [];
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    open[vertex] = (successors.offsets[vertex + 1] as number) - (successors.offsets[vertex] as number);
    if (open[vertex] === 0) queue.push(vertex);
  }
  for (let head = 0; head < queue.length; head++) {
    const vertex = queue[head] as number;
    const own = after.subarray(vertex * words, (vertex + 1) * words);
    let tail = 0;
    for (let at = successors.offsets[vertex] as number; at < (successors.offsets[vertex + 1] as number); at++) {
      const next = successors.targets[at] as number;
      for (let word = 0; word < words; word++) (own[word] as number) |= after[next * words + word] as number;
      if (next < taskCount) (own[next >>> 5] as number) |= 1 << (next & 31);
      tail = Math.max(tail, tails[next] as number);
    }
    load.clear();
    forEachBit(own, (task) => addTask(graph, load, task, workMs[task] as number, tails[task] as number));
    tails[vertex] = Math.max(tail, load.most()) + (vertex < taskCount ? (workMs[vertex] as number) : 0);
    for (let at = predecessors.offsets[vertex] as number; at < (predecessors.offsets[vertex + 1] as number); at++) {
      const before = predecessors.targets[at] as number;
      (open[before] as number)--;
      if (open[before] === 0) queue.push(before);
    }
  }
  return tails;
}

function addTask(graph: CompiledGraph, load: Load, task: number, work: number, tail: number): void {
  const { machineOf, machines, limitsOf, limitCapacity } = graph;
  const machine = machineOf[task] as number;
  if (machine >= 0) load.add(machine, work, tail - work);
  for (let at = limitsOf.offsets[task] as number; at < (limitsOf.offsets[task + 1] as number); at++) {
    const limit = limitsOf.targets[at] as number;
    load.add(machines.length + limit, work / (limitCapacity[limit] as number), tail - work);
  }
}

/** Work on each of a number of resources, and the least that comes after any of it. */
class Load {
  readonly #work: Float64Array;
  readonly #least: Float64Array;

  constructor(resources: number) {
    this.#work = new Float64Array(resources);
    this.#least = new Float64Array(resources);
  }

  clear(): void {
    this.#work.fill(0);
    this.#least.fill(Infinity);
  }

  add(resource: number, work: number, after: number): void {
    (this.#work[resource] as number) += work;
    if (after < (this.#least[resource] as number)) this.#least[resource] = after;
  }

  most(): number {
    let most = 0;
    for (let at = 0; at < this.#work.length; at++)
      if ((this.#work[at] as number) > 0)
        most = Math.max(most, (this.#work[at] as number) + (this.#least[at] as number));
    return most;
  }
}

function forEachBit(bits: Uint32Array, see: (bit: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    for (let left = bits[word] as number; left !== 0;) {
      const bit = 31 - Math.clz32(left);
      left = (left & ~(1 << bit)) >>> 0;
      see(word * 32 + bit);
    }
  }
}
