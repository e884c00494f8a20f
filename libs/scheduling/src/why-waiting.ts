import { awaitedEvent, describeSkipWish, type GraphTask, type TaskAddress, type TaskState } from '@muster/model';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';
import { isLimitFull, nodeBusyWith } from './offering';
import { isHeldOnMachine, limitsToTake, sectionOfHolder } from './slots';

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
    | 'next'
    | 'running'
    | 'cancelling'
    | 'ended';
  readonly text: string;
  /** Milliseconds since the epoch; null when it holds from the start. */
  readonly since: number | null;
  /** Tasks that hold what is waited for, and sections, as `section NAME@NODE`. */
  readonly holders: readonly TaskAddress[];
}

export interface Explanation {
  readonly state: TaskState;
  readonly reasons: readonly WaitingReason[];
}

/**
 * Every reason why `task` is not running now, by the predicates that `decide` itself uses; for one that runs or has
 * ended, what it does or how it ended. Null if the graph has no such task. Never empty otherwise.
 * Cost: proportional to the task's predecessors, seen through barriers.
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
    const text = open.cancelling
      ? `attempt ${open.attempt} is being ended (${open.cancelling})`
      : runs(state, task, open.attempt);
    return [{ code: open.cancelling ? 'cancelling' : 'running', text, since: open.startedAt, holders: [] }];
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
  const reasons = name === 'waiting' ? dependencies(state, task) : policies(state, task);
  reasons.push(...skipWish(state, task, name), ...whole(state));
  if (reasons.length === 0)
    reasons.push({ code: 'next', text: 'starts at the next decision', since: null, holders: [] });
  return reasons;
}

/** The wish to skip the task, or what came of it; nothing where nobody had it. */
function skipWish(state: DeploymentState, task: number, name: TaskState): WaitingReason[] {
  const asked = state.skipAsked.get(task);
  if (asked === undefined) return [];
  return [{ code: 'skip-asked', text: describeSkipWish(asked.by, name), since: asked.at, holders: [] }];
}

function runs(state: DeploymentState, task: number, attempt: number): string {
  const event = awaitedEvent(state.graph.tasks[task] as GraphTask);
  if (event === null) return `attempt ${attempt} runs`;
  return `attempt ${attempt} waits for the event ${event}; \`muster signal\` sends it`;
}

function dependencies(state: DeploymentState, task: number): WaitingReason[] {
  const reasons: WaitingReason[] = [];
  for (const before of unsatisfiedBefore(state, task)) {
    const address = state.graph.tasks[before]?.task ?? '';
    reasons.push({
      code: 'dependency',
      text: `requires ${address}, which is ${taskStateOf(state, before)}`,
      since: null,
      holders: [address],
    });
  }
  return reasons;
}

/** Tasks that `task` still waits for, barriers seen through; in the graph's order. */
function unsatisfiedBefore(state: DeploymentState, task: number): number[] {
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
  const isOpen = (before: number): boolean =>
    before < taskCount && state.task[before] !== CODE.succeeded && state.task[before] !== CODE.skipped;
  return [...seen].filter(isOpen).sort((a, b) => a - b);
}

function policies(state: DeploymentState, task: number): WaitingReason[] {
  const reasons: WaitingReason[] = [];
  const held = state.held.get(task);
  if (held) {
    const what =
      held === 'lost' ? 'it is lost: whether it ran is not known' : 'it failed and its definition says pause';
    reasons.push({ code: 'held', text: `waits for a person: ${what}; retry or skip it`, since: null, holders: [] });
  }
  const notBefore = state.notBefore.get(task);
  if (notBefore !== undefined)
    reasons.push({ code: 'retry-delay', text: `its next attempt starts at ${notBefore}`, since: null, holders: [] });
  const busy = nodeBusyWith(state, task);
  if (busy >= 0) {
    const holder = state.graph.tasks[busy]?.task ?? '';
    reasons.push({
      code: 'node-busy',
      text: `the node runs ${holder}`,
      since: state.open.get(busy)?.startedAt ?? null,
      holders: [holder],
    });
  }
  const { targets, from, to } = limitsToTake(state, task);
  for (let at = from; at < to; at++) {
    const limit = targets[at] as number;
    if (isLimitFull(state, limit) && !isHeldOnMachine(state, state.graph.machineOf[task] as number, limit))
      reasons.push(fullLimit(state, limit));
  }
  return reasons;
}

function fullLimit(state: DeploymentState, limit: number): WaitingReason {
  const { graph, limitHolders, limitUsed, limitCapacity, openSections } = state;
  const holders: string[] = [];
  const kept: string[] = [];
  for (const holder of [...(limitHolders[limit] ?? [])].sort((a, b) => a - b)) {
    if (holder >= 0) holders.push(graph.addresses[holder] ?? '');
    else {
      const section = sectionOfHolder(holder);
      const keptBy = openSections.get(section)?.keptBy ?? null;
      holders.push(`section ${graph.sections[section]}`);
      if (keptBy !== null)
        kept.push(`section ${graph.sections[section]} keeps its slot since ${graph.addresses[keptBy]} did not succeed`);
    }
  }
  const full = `limit ${graph.limitKeys[limit]} is full: ${limitUsed[limit]} of ${limitCapacity[limit]}`;
  return { code: 'limit-full', text: [full, ...kept].join('; '), since: null, holders };
}

/** What keeps the whole deployment from starting anything. */
function whole(state: DeploymentState): WaitingReason[] {
  if (state.stop) return [{ code: 'stopping', text: state.stop.text, since: null, holders: [] }];
  if (state.pausedBy) return [{ code: 'paused', text: state.pausedBy.text, since: state.pausedBy.at, holders: [] }];
  if (state.lastSeq === 0)
    return [{ code: 'not-accepted', text: 'no executor has accepted the deployment yet', since: null, holders: [] }];
  return [];
}
