import type { TaskGraph } from '@muster/model';
import { compileGraph, type CompiledGraph } from '@muster/scheduling';
import { MACHINE_TAILS_TASKS_MAX, machineTails } from './machine-tails';
import { seededNumbers } from './seeded-numbers';
import { simulate } from './simulate';

/** An order of choice, and what it is expected to lead to. */
export interface ChosenOrder {
  /** As `TaskGraph.priorities`; null: longest remaining chain first is as good as anything that was tried. */
  readonly priorities: readonly number[] | null;
  readonly makespanMs: number;
}

export interface SearchBounds {
  /** Perturbed orders that are tried, beside those that are computed. */
  readonly tries: number;
  /** Vertices and relations that are simulated in all; what is begun is finished. */
  readonly work: number;
}

/** About one second of one processor at most. */
export const SEARCH_BOUNDS: SearchBounds = { tries: 40, work: 1_000_000 };

const SEED = 20_260_101;
const EXPECTED_MS_DEFAULT = 1000;
/** How far a priority may be moved, as a share of it; small steps polish, large ones escape. */
const SPREADS = [0.1, 0.4, 0.2];

/**
 * Looks for an order of choice with a short makespan, by the scheduler itself on virtual time: longest remaining chain,
 * tails that count machines, first come first served, and seeded perturbations of the best two. Never worse than the
 * first three. Stops at a makespan that no order can beat. The same graph gives the same order.
 * Cost: as many simulations as `bounds` allows; none but the first where order cannot matter.
 */
export function chooseOrder(graph: TaskGraph, bounds: SearchBounds = SEARCH_BOUNDS): ChosenOrder {
  const { priorities: _, ...plain } = graph;
  const compiled = compileGraph(plain);
  const { taskCount, predecessors } = compiled;
  const search = new Search(plain, bounds, compiled.vertexCount + predecessors.targets.length);
  const chain = compiled.rank.subarray(0, taskCount);
  search.try(null);
  const least = leastMs(compiled);
  if (search.best.makespanMs <= least || taskCount < 2) return search.best;
  search.try(firstComeStarts(plain));
  const tails =
    taskCount <= MACHINE_TAILS_TASKS_MAX ? machineTails(compiled, workOf(plain)).subarray(0, taskCount) : null;
  if (tails) search.try(tails);
  const random = seededNumbers(SEED);
  for (let number = 0; number < bounds.tries && search.best.makespanMs > least && search.mayGoOn; number++) {
    const base = tails && number % 2 === 0 ? tails : chain;
    const spread = SPREADS[Math.floor(number / 2) % SPREADS.length] as number;
    search.try(base.map((priority) => priority * (1 + spread * (random() - 0.5))));
  }
  return search.best;
}

class Search {
  best: ChosenOrder = { priorities: null, makespanMs: Infinity };
  #bestEndsAt = Infinity;
  readonly #graph: TaskGraph;
  readonly #size: number;
  #left: number;

  constructor(graph: TaskGraph, bounds: SearchBounds, size: number) {
    this.#graph = graph;
    this.#size = size;
    this.#left = bounds.work;
  }

  get mayGoOn(): boolean {
    return this.#left >= this.#size;
  }

  try(priorities: Float64Array | null): void {
    this.#left -= this.#size;
    // Whole numbers travel in less room, and a millisecond is finer than any prediction.
    const whole = priorities && Array.from(priorities, (priority) => Math.round(priority));
    const graph = whole ? { ...this.#graph, priorities: whole } : this.#graph;
    const { outcome, makespan } = simulate(graph, { trace: false });
    // One that comes to wait for a person never ends.
    const endsAt = outcome === 'succeeded' ? makespan * 1000 : Infinity;
    if (endsAt < this.#bestEndsAt || whole === null) this.best = { priorities: whole, makespanMs: makespan * 1000 };
    this.#bestEndsAt = Math.min(this.#bestEndsAt, endsAt);
  }
}

/** Priorities that make the scheduler start everything when first come, first served would: also what takes no time, in its order. */
function firstComeStarts(graph: TaskGraph): Float64Array {
  const indexOf = new Map(graph.tasks.map(({ task }, index) => [task, index]));
  const starts = new Float64Array(graph.tasks.length);
  let started = 0;
  simulate(graph, {
    trace: false,
    firstCome: true,
    onEvent: (event) => {
      if (event.type === 'attempt-started') starts[indexOf.get(event.task) ?? 0] = -++started;
    },
  });
  return starts;
}

/** No order does it faster: the longest chain, and all work of the busiest machine. */
function leastMs(graph: CompiledGraph): number {
  const { taskCount, rank, machineOf, machines, source } = graph;
  const work = workOf(source);
  const busy = new Float64Array(machines.length);
  let least = 0;
  for (let task = 0; task < taskCount; task++) {
    least = Math.max(least, rank[task] as number);
    const machine = machineOf[task] as number;
    if (machine >= 0) (busy[machine] as number) += work[task] as number;
  }
  return busy.reduce((most, each) => Math.max(most, each), least);
}

function workOf(graph: TaskGraph): Float64Array {
  return Float64Array.from(graph.tasks, ({ action, expectedMs }) =>
    action === 'run' ? (expectedMs ?? EXPECTED_MS_DEFAULT) : 0,
  );
}
