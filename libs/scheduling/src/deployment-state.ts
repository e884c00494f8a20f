import {
  POOL_PREFIX,
  TASK_STATES,
  type AttemptResult,
  type DeploymentStatus,
  type EndCause,
  type JsonObject,
  type TaskGraph,
  type TaskState,
} from '@muster/model';
import { compileGraph, type CompiledGraph } from './compiled-graph';
import { OpenAttempts } from './open-attempts';
import { TaskHeap } from './task-heap';
import { TimeHeap } from './time-heap';
import { Unjudged } from './unjudged';

/** What a person asked for and `decide` has still to act on. */
export interface Wishes {
  pause: string | null;
  resume: boolean;
  /** Those that wait to be tried again go on at once; ended ones are reopened, with what they kept from running. */
  readonly retry: Set<number>;
  /** Skipped at once where ready or held; a waiting one once what it requires is satisfied, since order passes through it. */
  readonly skip: Set<number>;
}

/** That a person asked to skip a task that waited. `by`: who and why; `at` in milliseconds since the epoch. */
export interface SkipAsked {
  readonly by: string;
  readonly at: number;
}

/** Why nothing new starts although the deployment has not ended; sentence for people, null while it goes on. */
export interface Stop {
  readonly kind: 'tolerance' | 'drain' | 'cancel';
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type NodeState = 'untouched' | 'ready' | 'failed' | 'unreachable';

/**
 * State of a deployment: its stored events folded. Changed by `apply` alone, in place; one owner.
 * Everything below `derived` follows from the rest and exists so that a decision costs what changed, not the graph.
 */
export interface DeploymentState {
  /** Replaced as a whole when a limit is added; numbers of tasks, sections and machines stay. */
  graph: CompiledGraph;
  lastSeq: number;
  status: DeploymentStatus;
  owner: string | null;
  epoch: number;
  /** Index into `TASK_STATES`. */
  readonly task: Uint8Array;
  /** Attempts started so far, and how many of them failed or were lost. */
  readonly attempts: Int32Array;
  readonly failures: Int32Array;
  readonly losses: Int32Array;
  readonly open: OpenAttempts;
  readonly toJudge: Unjudged;
  /** How the newest attempt of a task failed that is to be tried again or waits for a person; until the task ends. */
  readonly failed: Map<number, AttemptResult>;
  readonly held: Map<number, 'onFailure' | 'lost'>;
  /** Tasks that may not start before a time; removed when it rang. */
  readonly notBefore: Map<number, number>;
  readonly endCause: Map<number, EndCause>;
  readonly endedAt: Float64Array;
  readonly node: NodeState[];
  readonly bootId: Map<string, { readonly bootId: string; readonly stateFolder: string }>;
  /** Host keys of machines that were made anew in this deployment; they hold instead of those that it was started with. */
  readonly hostKeys: Map<string, string>;
  /** Machines on which something runs that is none of the open attempts: what, and since when that is known. */
  readonly busyElsewhere: Map<string, { readonly text: string; readonly at: number }>;
  /** Machines that do not answer for the attempt that is open on them: why, and since when that is known. */
  readonly silent: Map<string, { readonly text: string; readonly at: number }>;
  /** The task whose failure made the node failed, by machine; -1 while it is not. */
  readonly nodeCulprit: Int32Array;
  readonly groupFailed: Int32Array;
  readonly wishes: Wishes;
  /** By task, also after its end: what became of the wish is to be told. */
  readonly skipAsked: Map<number, SkipAsked>;
  stop: Stop | null;
  pausedBy: { readonly text: string; readonly at: number } | null;
  /** Commands already recorded, so that a repeated one changes nothing. */
  readonly commands: Set<string>;
  limitCapacity: Int32Array;
  /** 1 for limits that are pools, whose slots are leased one use at a time: their capacity is what is leased now. */
  isLeased: Uint8Array;
  /** Events that were signalled. */
  readonly signals: Set<string>;
  /** What succeeded tasks have given, for those that take it; secrets are sealed. */
  readonly outputs: Map<number, JsonObject>;
  /** Sections whose first task has started and whose slots have not been given back; a task that kept it from its end. */
  readonly openSections: Map<number, { keptBy: number | null }>;

  // derived
  /** The task that was looked up last; -1 for none. Saves looking it up again. */
  lastTask: number;
  /** How many tasks became ready, where that is what counts; null: the graph's ranks count. */
  firstCome: number | null;
  readonly count: Int32Array;
  /** Predecessors not yet satisfied, not yet ended, and ended badly, per vertex. */
  readonly unsatisfied: Int32Array;
  readonly unended: Int32Array;
  readonly bad: Int32Array;
  readonly culprit: Int32Array;
  readonly busyWith: Int32Array;
  limitUsed: Int32Array;
  /** Who holds a slot: tasks, and sections as `heldBySection` says. */
  limitHolders: Set<number>[];
  /** Tasks of each section that have not ended. */
  readonly sectionLeft: Int32Array;
  /** Ready tasks to be offered, and those parked at a busy node or a full limit. */
  readonly offer: TaskHeap;
  readonly parkedAtMachine: TaskHeap[];
  parkedAtLimit: TaskHeap[];
  readonly bridges: number[];
  readonly anchors: number[];
  readonly toBlock: number[];
  readonly failedMachines: number[];
  readonly timers: TimeHeap;
  readonly deadlines: TimeHeap;
}

/** Number of a task state in `DeploymentState.task`. */
export const CODE: Readonly<Record<TaskState, number>> = Object.fromEntries(
  TASK_STATES.map((state, index) => [state, index]),
) as Record<TaskState, number>;

/** State of `task` (a number of the compiled graph). */
export function taskStateOf(state: DeploymentState, task: number): TaskState {
  return TASK_STATES[state.task[task] as number] as TaskState;
}

/**
 * The state before the first event. `firstCome`: what became ready first is chosen first, instead of by rank.
 * `leasesPools`: slots of pools are shared with other deployments, so that there are none until they are leased; else a pool is
 * a limit like any other.
 */
export function initialState(graph: TaskGraph, { firstCome = false, leasesPools = false } = {}): DeploymentState {
  const compiled = compileGraph(graph);
  const { taskCount, vertexCount, machines, limitKeys, rank, predecessors } = compiled;
  const degree = new Int32Array(vertexCount);
  for (let vertex = 0; vertex < vertexCount; vertex++)
    degree[vertex] = (predecessors.offsets[vertex + 1] as number) - (predecessors.offsets[vertex] as number);
  const attempts = new Int32Array(taskCount);
  const count = new Int32Array(TASK_STATES.length);
  count[CODE.waiting] = taskCount;
  const isLeased = Uint8Array.from(limitKeys, (key) => Number(leasesPools && key.startsWith(POOL_PREFIX)));
  return {
    graph: compiled,
    lastSeq: 0,
    status: 'pending',
    owner: null,
    epoch: 0,
    task: new Uint8Array(taskCount),
    attempts,
    failures: new Int32Array(taskCount),
    losses: new Int32Array(taskCount),
    open: new OpenAttempts(attempts),
    toJudge: new Unjudged(taskCount),
    failed: new Map(),
    held: new Map(),
    notBefore: new Map(),
    endCause: new Map(),
    endedAt: new Float64Array(taskCount),
    node: machines.map(() => 'untouched'),
    bootId: new Map(),
    hostKeys: new Map(),
    busyElsewhere: new Map(),
    silent: new Map(),
    nodeCulprit: new Int32Array(machines.length).fill(-1),
    groupFailed: new Int32Array(graph.faultTolerance.length),
    wishes: { pause: null, resume: false, retry: new Set(), skip: new Set() },
    skipAsked: new Map(),
    stop: null,
    pausedBy: null,
    commands: new Set(),
    limitCapacity: compiled.limitCapacity.map((capacity, limit) => (isLeased[limit] === 1 ? 0 : capacity)),
    isLeased,
    signals: new Set(),
    outputs: new Map(),
    openSections: new Map(),
    lastTask: -1,
    firstCome: firstCome ? 0 : null,
    count,
    unsatisfied: degree.slice(),
    unended: degree.slice(),
    bad: new Int32Array(vertexCount),
    culprit: new Int32Array(vertexCount).fill(-1),
    busyWith: new Int32Array(machines.length).fill(-1),
    limitUsed: new Int32Array(limitKeys.length),
    limitHolders: limitKeys.map(() => new Set()),
    sectionLeft: countSections(compiled),
    offer: new TaskHeap(rank),
    parkedAtMachine: machines.map(() => new TaskHeap(rank)),
    parkedAtLimit: limitKeys.map(() => new TaskHeap(rank)),
    bridges: [],
    anchors: [],
    toBlock: [],
    failedMachines: [],
    timers: new TimeHeap(),
    deadlines: new TimeHeap(),
  };
}

function countSections({ sections, sectionOf }: CompiledGraph): Int32Array {
  const left = new Int32Array(sections.length);
  for (const section of sectionOf) if (section >= 0) (left[section] as number)++;
  return left;
}
