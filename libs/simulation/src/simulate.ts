import {
  isDeploymentEnd,
  type AttemptResult,
  type DeploymentEvent,
  type DeploymentEventBody,
  type DeploymentStatus,
  type TaskGraph,
  type TaskState,
} from '@muster/model';
import {
  apply,
  type CarriedOver,
  decide,
  initialState,
  nextWake,
  record,
  taskStateOf,
  type DeploymentState,
} from '@muster/scheduling';
import { EventQueue } from './event-queue';
import type { ScriptedEnd, SimulationScript } from './script';

export interface TraceEntry {
  /** Seconds of virtual time. */
  readonly at: number;
  readonly task: string;
  readonly state: TaskState;
}

/** Printed by `muster simulate -o json`; CONTRACT section 4. Times in seconds of virtual time. */
export interface SimulationResult {
  readonly outcome: DeploymentStatus;
  readonly makespan: number;
  readonly schedulingMs: number;
  readonly tasks: Readonly<Record<string, TaskState>>;
  readonly nodes: Readonly<Record<string, 'succeeded' | 'failed' | 'unreachable' | 'not-run'>>;
  readonly trace: readonly TraceEntry[];
}

export interface SimulationOptions {
  readonly script?: SimulationScript;
  /** Real milliseconds from any fixed point; absent: `schedulingMs` is 0. */
  readonly stopwatch?: () => number;
  readonly trace?: boolean;
  /** Chooses what became ready first, whatever the graph's priorities say; to compare with. */
  readonly firstCome?: boolean;
  /** What an earlier run has done. */
  readonly carried?: CarriedOver;
  /** Sees every event right after it was folded, and the state after each round of decisions. For referees. */
  readonly onEvent?: (event: DeploymentEvent) => void;
  readonly onDecided?: (state: DeploymentState, now: number) => void;
}

interface Ending {
  readonly task: string;
  /** Number of the task in the compiled graph. */
  readonly number: number;
  readonly attempt: number;
  readonly result: AttemptResult;
}

const NO_OUTPUT = { stdout: 0, stderr: 0 } as const;
const DURATION_DEFAULT_S = 1;

/**
 * Carries out `graph` with the executor's own scheduler on virtual time. Ends when the deployment has ended, or waits
 * for a person (then the outcome is `paused`). Expects a graph without circles.
 */
export function simulate(graph: TaskGraph, options: SimulationOptions = {}): SimulationResult {
  const { script = {}, stopwatch = () => 0 } = options;
  const limited = withNodesAtOnce(graph, script.nodesAtOnce);
  const offline = new Set(script.offline);
  const log: DeploymentEvent[] = [];
  const trace: TraceEntry[] = [];
  const endings = new EventQueue<Ending>();
  const cancelled = new Set<string>();
  let now = 0;
  /** When something last happened: the deadlines of ended attempts are still to come then. */
  let lastAt = 0;
  let ended = 0;
  let schedulingMs = 0;
  let died = false;
  let drained = false;
  let retried = false;

  const started0 = stopwatch();
  let state = initialState(limited, options);
  schedulingMs += stopwatch() - started0;

  /** `started`: the number of the task, if the event says that one has. */
  const absorb = (event: DeploymentEvent, started: number): void => {
    lastAt = now;
    if (script.executorDiesAfter !== undefined) log.push(event);
    options.onEvent?.(event);
    if (event.type === 'attempt-started') {
      if (options.trace !== false) trace.push({ at: now / 1000, task: event.task, state: 'running' });
      start(event.task, started, event.attempt);
    } else if (event.type === 'attempt-cancelling') {
      cancelled.add(`${event.task}#${event.attempt}`);
      const confirmed = { kind: event.cause === 'timeout' ? 'timed-out' : 'cancelled', confirmed: true } as const;
      const number = numberOf(state, event.task);
      endings.push(now, { task: event.task, number, attempt: event.attempt, result: confirmed });
    } else if (event.type === 'tasks-ended') {
      ended += event.tasks.length;
      if (options.trace !== false)
        for (const task of event.tasks) trace.push({ at: now / 1000, task, state: event.state });
    }
  };
  const fact = (body: DeploymentEventBody | DeploymentEvent, tasks?: readonly number[]): void => {
    const before = stopwatch();
    const event = record(state, body, now, tasks);
    schedulingMs += stopwatch() - before;
    absorb(event, -1);
  };
  const settle = (): void => {
    const starts: number[] = [];
    const before = stopwatch();
    const decisions = decide(state, now, starts);
    schedulingMs += stopwatch() - before;
    let at = 0;
    for (const decision of decisions)
      absorb(decision, decision.type === 'attempt-started' ? (starts[at++] as number) : -1);
    options.onDecided?.(state, now);
  };

  function start(task: string, number: number, attempt: number): void {
    const node = task.slice(task.lastIndexOf('@') + 1);
    const machine = node === 'master' ? (graph.master ?? node) : node;
    if (offline.has(machine)) {
      endings.push(now, { task, number, attempt, result: { kind: 'unreachable', detail: 'offline in the script' } });
      return;
    }
    const told = own(script.tasks, task);
    const list = told?.attempts ?? script.default?.attempts ?? ['succeeded'];
    const end = list[Math.min(attempt, list.length) - 1] ?? 'succeeded';
    const seconds = told?.duration ?? script.default?.duration ?? expectedOf(state, number) ?? DURATION_DEFAULT_S;
    if (end !== 'hang') endings.push(now + seconds * 1000, { task, number, attempt, result: resultOf(end) });
  }

  fact({ type: 'accepted' });
  if (options.carried) fact({ type: 'carried-over', ...options.carried });
  fact({ type: 'owner-changed', executor: 'simulated', epoch: 1 });
  settle();
  while (!isDeploymentEnd(state.status)) {
    const ending = endings.peek();
    const wake = nextWake(state);
    const next = Math.min(ending?.at ?? Infinity, wake ?? Infinity);
    if (next === Infinity) break;
    now = Math.max(now, next);
    for (let due = endings.peek(); due && due.at <= now; due = endings.peek()) {
      endings.pop();
      const { task, number, attempt, result } = due.value;
      const isOver =
        cancelled.size > 0 &&
        result.kind !== 'timed-out' &&
        result.kind !== 'cancelled' &&
        cancelled.has(`${task}#${attempt}`);
      if (!isOver) fact({ type: 'attempt-ended', task, attempt, result, seq: 0, at: 0 }, [number]);
    }
    settle();
    if (!retried && script.retryAfter !== undefined && ended >= script.retryAfter && !isDeploymentEnd(state.status)) {
      retried = true;
      fact({
        type: 'control',
        command: '00000000-0000-4000-8000-000000000001',
        verb: 'retry',
        who: 'script',
        why: null,
      });
      settle();
    }
    if (!drained && script.drainAfter !== undefined && ended >= script.drainAfter && !isDeploymentEnd(state.status)) {
      drained = true;
      fact({
        type: 'control',
        command: '00000000-0000-4000-8000-000000000000',
        verb: 'drain',
        who: 'script',
        why: null,
      });
      settle();
    }
    if (
      !died &&
      script.executorDiesAfter !== undefined &&
      ended >= script.executorDiesAfter &&
      !isDeploymentEnd(state.status)
    ) {
      died = true;
      state = initialState(limited, options);
      for (const event of log) apply(state, event);
      fact({ type: 'owner-changed', executor: 'simulated-2', epoch: 2 });
      settle();
    }
  }
  return report(state, lastAt, schedulingMs, trace);
}

function report(
  state: DeploymentState,
  now: number,
  schedulingMs: number,
  trace: readonly TraceEntry[],
): SimulationResult {
  const tasks: Record<string, TaskState> = {};
  const touched = new Set<number>();
  const unfinished = new Set<number>();
  const lost = new Set<number>();
  state.graph.tasks.forEach((task, index) => {
    const its = taskStateOf(state, index);
    tasks[task.task] = its;
    const machine = state.graph.machineOf[index] as number;
    if ((state.attempts[index] as number) > 0) touched.add(machine);
    if (its === 'lost') lost.add(machine);
    else if (its !== 'succeeded' && its !== 'skipped') unfinished.add(machine);
  });
  const nodes: Record<string, 'succeeded' | 'failed' | 'unreachable' | 'not-run'> = {};
  state.graph.machines.forEach((machine, index) => {
    const node = state.node[index];
    // Never greener than the truth: what ran on a node in part has not succeeded there.
    if (node === 'failed' || node === 'unreachable') nodes[machine] = node;
    else if (lost.has(index)) nodes[machine] = 'failed';
    else nodes[machine] = touched.has(index) && !unfinished.has(index) ? 'succeeded' : 'not-run';
  });
  return { outcome: state.status, makespan: now / 1000, schedulingMs, tasks, nodes, trace };
}

function resultOf(end: Exclude<ScriptedEnd, 'hang'>): AttemptResult {
  switch (end) {
    case 'succeeded':
      return { kind: 'exited', code: 0, sizes: NO_OUTPUT };
    case 'failed':
      return { kind: 'exited', code: 1, sizes: NO_OUTPUT };
    case 'lost':
      return { kind: 'lost', detail: 'lost in the script' };
  }
}

function numberOf(state: DeploymentState, task: string): number {
  return state.graph.indexOf.get(task) ?? -1;
}

/** Seconds. */
function expectedOf(state: DeploymentState, task: number): number | null {
  const expectedMs = state.graph.tasks[task]?.expectedMs ?? null;
  return expectedMs === null ? null : expectedMs / 1000;
}

function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

function withNodesAtOnce(graph: TaskGraph, amount: number | undefined): TaskGraph {
  if (amount === undefined) return graph;
  const key = 'nodes';
  const tasks = graph.tasks.map((task) =>
    task.node === 'sync' || task.limits.includes(key) ? task : { ...task, limits: [...task.limits, key] },
  );
  return { ...graph, tasks, limits: { ...graph.limits, [key]: Math.min(amount, graph.limits[key] ?? amount) } };
}
