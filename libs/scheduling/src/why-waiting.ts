import {
  awaitedEvent,
  carrierOf,
  describeSkipWish,
  isTaskEnd,
  MASTER,
  POOL_PREFIX,
  type GraphTask,
  type TaskAddress,
  type TaskState,
} from '@muster/model';
import { taskStateOf, type DeploymentState } from './deployment-state';
import { isQueued, lacksSlot, nodeBusyWith } from './offering';
import { isClusterAnchor, isPassed } from './propagate';
import { limitsToTake, sectionOfHolder } from './slots';
import { isChosenBefore } from './task-heap';
import { isOnIntactNode, isWell } from './tolerance';

/** A reason why a task does not run now. */
export interface WaitingReason {
  readonly code:
    | 'dependency'
    | 'node-busy'
    | 'limit-full'
    | 'retry-delay'
    | 'held'
    | 'skip-asked'
    | 'paused'
    | 'stopping'
    | 'not-accepted'
    | 'running'
    | 'cancelling'
    | 'ended';
  readonly text: string;
  /** Milliseconds since the epoch; null when it holds from the start. */
  readonly since: number | null;
  /** Tasks that hold what is waited for, and sections, as `section NAME@NODE`. */
  readonly holders: readonly TaskAddress[];
  /** When it passes by itself, in milliseconds since the epoch; absent where nobody can tell. */
  readonly until?: number;
  /** The pool that is waited for; who of other deployments has its slots is not known here. */
  readonly pool?: string;
  /** Place in the queue for what is taken, by the order of choice; 1 is next. Absent while the task is in no queue. */
  readonly place?: number;
}

export interface Explanation {
  readonly state: TaskState;
  readonly reasons: readonly WaitingReason[];
}

/**
 * Every reason why `task` is not running now, by the predicates that `decide` itself uses; for one that runs or has
 * ended, what it does or how it ended. Null if the graph has no such task. Empty exactly when the next decision starts it
 * (or passes it, if it is a bridge): never right after `decide`. Where none of the reasons holds any more, it starts.
 * Cost: proportional to the graph.
 */
export function whyWaiting(state: DeploymentState, address: TaskAddress): Explanation | null {
  const task = state.graph.indexOf.get(address);
  if (task === undefined || task >= state.graph.taskCount) return null;
  const name = taskStateOf(state, task);
  return { state: name, reasons: reasonsFor(state, task, name) };
}

function reasonsFor(state: DeploymentState, task: number, name: TaskState): WaitingReason[] {
  const open = state.open.get(task);
  if (open) {
    if (open.cancelling) {
      const text = `attempt ${open.attempt} is being ended (${open.cancelling})`;
      return [{ code: 'cancelling', text, since: open.startedAt, holders: [] }];
    }
    const silent = notedOf(state, task, state.silent);
    if (silent !== null && silent.at >= open.startedAt) {
      const text = `whether attempt ${open.attempt} still runs is not known: its node does not tell; ${silent.text}`;
      return [{ code: 'running', text, since: silent.at, holders: [] }];
    }
    const busy = notedOf(state, task, state.busyElsewhere);
    if (busy !== null && busy.at >= open.startedAt) {
      const text = `attempt ${open.attempt} waits for its node, on which still runs ${busy.text}`;
      return [{ code: 'node-busy', text, since: busy.at, holders: [] }];
    }
    return [{ code: 'running', text: runs(state, task, open.attempt), since: open.startedAt, holders: [] }];
  }
  if (name !== 'waiting' && name !== 'ready' && name !== 'lost') {
    const cause = state.endCause.get(task);
    const culprit = cause?.culprit;
    const text = cause ? `${name}: ${cause.text ?? cause.code}${culprit ? `, because of ${culprit}` : ''}` : name;
    const ended: WaitingReason = {
      code: 'ended',
      text,
      since: state.endedAt[task] ?? null,
      holders: culprit ? [culprit] : [],
    };
    return [ended, ...skipWish(state, task, name)];
  }
  const reasons = [...(name === 'waiting' ? dependencies(state, task) : []), ...skipWish(state, task, name)];
  // A bridge starts nothing: neither its node nor a limit nor a pause keeps order from passing through it.
  if (isPassed(state, task)) return reasons;
  return [...reasons, ...policies(state, task), ...whole(state)];
}

/** The wish to skip the task, or what came of it; nothing where nobody had it. */
function skipWish(state: DeploymentState, task: number, name: TaskState): WaitingReason[] {
  const asked = state.skipAsked.get(task);
  if (asked === undefined) return [];
  return [{ code: 'skip-asked', text: describeSkipWish(asked.by, name), since: asked.at, holders: [] }];
}

/** What is noted of the machine that carries the task. */
function notedOf(
  state: DeploymentState,
  task: number,
  notes: DeploymentState['silent'],
): { readonly text: string; readonly at: number } | null {
  if (notes.size === 0) return null;
  const carrier = carrierOf(state.graph.tasks[task] as GraphTask);
  return notes.get(carrier === MASTER ? (state.graph.source.master ?? MASTER) : carrier) ?? null;
}

function runs(state: DeploymentState, task: number, attempt: number): string {
  const event = awaitedEvent(state.graph.tasks[task] as GraphTask);
  if (event === null) return `attempt ${attempt} runs`;
  return `attempt ${attempt} waits for the event ${event}; \`muster signal\` sends it`;
}

function dependencies(state: DeploymentState, task: number): WaitingReason[] {
  return pendingBefore(state, task).map((before) => {
    const address = state.graph.addresses[before] ?? '';
    const text = `requires ${address}, which ${stands(state, before)}`;
    return { code: 'dependency', text, since: null, holders: [address] };
  });
}

function stands(state: DeploymentState, task: number): string {
  const held = state.held.get(task);
  if (held) return `is ${taskStateOf(state, task)} and waits for a person`;
  if (state.notBefore.has(task)) return 'waits for its next attempt';
  return `is ${taskStateOf(state, task)}`;
}

/**
 * Tasks that `task` still waits for, barriers seen through; in the graph's order. A cluster anchor passes what failed where
 * that is tolerated.
 */
function pendingBefore(state: DeploymentState, task: number): number[] {
  const { predecessors, taskCount } = state.graph;
  const seen = new Set<number>();
  const stack = [task];
  for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
    for (let at = predecessors.offsets[vertex] as number; at < (predecessors.offsets[vertex + 1] as number); at++) {
      const before = predecessors.targets[at] as number;
      if (seen.has(before)) continue;
      seen.add(before);
      if (before >= taskCount) stack.push(before);
    }
  }
  const isLenient = isClusterAnchor(state, task);
  const isPassable = (before: number): boolean =>
    isWell(state, before) || (isLenient && isTaskEnd(taskStateOf(state, before)) && isOnIntactNode(state, before));
  const isPending = (before: number): boolean => before < taskCount && !isPassable(before);
  return [...seen].filter(isPending).sort((a, b) => a - b);
}

function policies(state: DeploymentState, task: number): WaitingReason[] {
  const reasons: WaitingReason[] = [];
  const held = state.held.get(task);
  if (held) {
    const what =
      held === 'lost' ? 'it is lost: whether it ran is not known' : 'it failed and its definition says pause';
    reasons.push({ code: 'held', text: `waits for a person: ${what}; retry or skip it`, since: null, holders: [] });
  }
  const until = state.notBefore.get(task);
  if (until !== undefined) {
    const text = `attempt ${(state.attempts[task] as number) + 1} starts after a delay; \`muster retry\` starts it now`;
    reasons.push({ code: 'retry-delay', text, since: null, holders: [], until });
  }
  const busy = nodeBusyWith(state, task);
  if (busy >= 0) {
    const holder = state.graph.addresses[busy] ?? '';
    const machine = state.graph.machineOf[task] as number;
    const queue = queueOf(state, task, (other) => state.graph.machineOf[other] === machine);
    const since = state.open.get(busy)?.startedAt ?? null;
    const text = `node ${state.graph.machines[machine]} runs ${holder}${queue.text}`;
    reasons.push({ code: 'node-busy', text, since, holders: [holder], ...queue.place });
  }
  const { targets, from, to } = limitsToTake(state, task);
  for (let at = from; at < to; at++) {
    const limit = targets[at] as number;
    if (lacksSlot(state, task, limit)) reasons.push(fullLimit(state, task, limit));
  }
  return reasons;
}

function fullLimit(state: DeploymentState, task: number, limit: number): WaitingReason {
  const { graph, limitHolders, limitUsed, limitCapacity, openSections } = state;
  const holders: string[] = [];
  const kept: string[] = [];
  // Full since the last of its slots was taken; of those that sections hold nobody noted when.
  let since: number | null = 0;
  for (const holder of [...(limitHolders[limit] ?? [])].sort((a, b) => a - b)) {
    if (holder >= 0) {
      holders.push(graph.addresses[holder] ?? '');
      const taken = state.open.get(holder)?.startedAt ?? null;
      since = since === null || taken === null ? null : Math.max(since, taken);
    } else {
      since = null;
      const section = sectionOfHolder(holder);
      const keptBy = openSections.get(section)?.keptBy ?? null;
      holders.push(`section ${graph.sections[section]}`);
      if (keptBy !== null)
        kept.push(`section ${graph.sections[section]} keeps its slot since ${graph.addresses[keptBy]} did not succeed`);
    }
  }
  const queue = queueOf(state, task, (other) => wants(state, other, limit));
  const full =
    state.isLeased[limit] === 1
      ? `waits for a slot of the ${graph.limitKeys[limit]?.replace(':', ' ')}, which other deployments share; ${limitUsed[limit]} of ${graph.limitCapacity[limit]} are used here${queue.text}`
      : `limit ${graph.limitKeys[limit]} is full: ${limitUsed[limit]} of ${limitCapacity[limit]}${queue.text}`;
  const pool = state.isLeased[limit] === 1 ? { pool: graph.limitKeys[limit]?.slice(POOL_PREFIX.length) ?? '' } : {};
  return {
    code: 'limit-full',
    text: [full, ...kept].join('; '),
    since: since || null,
    holders,
    ...pool,
    ...queue.place,
  };
}

function wants(state: DeploymentState, task: number, limit: number): boolean {
  const { targets, from, to } = limitsToTake(state, task);
  for (let at = from; at < to; at++) if (targets[at] === limit) return lacksSlot(state, task, limit);
  return false;
}

/** Where `task` stands among those that want the same, by the order in which the scheduler would choose them. */
function queueOf(
  state: DeploymentState,
  task: number,
  isIn: (other: number) => boolean,
): { readonly text: string; readonly place: { readonly place?: number } } {
  if (!isQueued(state, task)) return { text: '', place: {} };
  let [place, length] = [1, 1];
  for (let other = 0; other < state.graph.taskCount; other++) {
    if (other === task || !isQueued(state, other) || !isIn(other)) continue;
    length++;
    if (isChosenBefore(state.graph.rank, other, task)) place++;
  }
  return { text: `, place ${place} of ${length} in the queue`, place: { place } };
}

/** What keeps the whole deployment from starting anything. */
function whole(state: DeploymentState): WaitingReason[] {
  const { stop, pausedBy } = state;
  if (stop) return [{ code: 'stopping', text: stop.text, since: stop.at, holders: [] }];
  if (pausedBy) return [{ code: 'paused', text: pausedBy.text, since: pausedBy.at, holders: [] }];
  if (state.lastSeq === 0)
    return [{ code: 'not-accepted', text: 'no executor has accepted the deployment yet', since: null, holders: [] }];
  return [];
}
