import {
  type CarriedTask,
  isDeploymentTransition,
  type DeploymentEvent,
  type EndCause,
  type TaskEnd,
} from '@muster/model';
import { invariant } from '@muster/problems';
import { applyControl } from './apply-control';
import { CODE, type DeploymentState } from './deployment-state';
import { giveBackLease, leaseSlots } from './pools';
import { isClusterAnchor, reconsider, release, SATISFIED, settle } from './propagate';
import { reopen } from './reopen';
import { setTaskState } from './set-task-state';
import { leaveSection, openSection, takeSlots } from './slots';
import { isExceeded } from './tolerance';

/** Below so many deadlines none is forgotten. */
const DEADLINES_MIN = 256;

/**
 * Folds one stored event into `state`. Decides nothing; must read every event log that a released version ever wrote.
 * Fails with `InvariantBroken` on a gap in the numbers and on what no version ever wrote.
 * Cost: proportional to the edges of the tasks that the event ends.
 */
export function apply(state: DeploymentState, event: DeploymentEvent): void {
  fold(state, event, null);
}

/** As `apply`; `tasks` are the numbers of the tasks that the event names, in its order, where the caller has them. */
export function fold(state: DeploymentState, event: DeploymentEvent, tasks: readonly number[] | null): void {
  // Texts are made only when they are needed: every event passes here.
  if (event.seq !== state.lastSeq + 1) invariant(false, `event ${event.seq} follows ${state.lastSeq}`);
  state.lastSeq = event.seq;
  switch (event.type) {
    case 'accepted':
      for (let task = 0; task < state.graph.taskCount; task++) reconsider(state, task);
      return;
    case 'carried-over':
      for (const name of event.sections ?? []) openSection(state, state.graph.sections.indexOf(name));
      for (const carried of event.tasks) carryOver(state, carried);
      return;
    case 'owner-changed':
      state.owner = event.executor;
      state.epoch = event.epoch;
      // It asks the nodes anew.
      state.busyElsewhere.clear();
      state.silent.clear();
      return;
    case 'node-ready': {
      state.bootId.set(event.node, { bootId: event.bootId, stateFolder: event.stateFolder });
      note(state.busyElsewhere, event.node, event.busyWith, event.at);
      note(state.silent, event.node, event.silent, event.at);
      const machine = state.graph.machines.indexOf(event.node);
      if (machine >= 0 && state.node[machine] === 'untouched') state.node[machine] = 'ready';
      return;
    }
    case 'attempt-started':
      return startAttempt(state, tasks?.[0] ?? indexOf(state, event.task), event.attempt, event.at);
    case 'attempt-cancelling': {
      const task = indexOf(state, event.task);
      invariant(state.open.has(task, event.attempt), 'only an open attempt is cancelled');
      state.open.cancel(task, event.cause);
      return;
    }
    case 'attempt-ended': {
      const task = tasks?.[0] ?? indexOf(state, event.task);
      invariant(state.open.has(task, event.attempt), 'only an open attempt ends');
      state.open.remove(task);
      state.toJudge.add(task, event.result);
      if (event.result.kind === 'exited') {
        if (event.result.outputs) state.outputs.set(task, event.result.outputs);
        if (event.result.hostKey !== undefined) takeHostKey(state, task, event.result.hostKey);
      }
      if (event.result.kind === 'lost') setTaskState(state, task, 'lost');
      return release(state, task);
    }
    case 'retry-set': {
      const task = indexOf(state, event.task);
      const judged = state.toJudge.get(task);
      if (judged?.kind === 'lost') (state.losses[task] as number)++;
      else if (judged) (state.failures[task] as number)++;
      keepFailure(state, task);
      setTaskState(state, task, 'ready');
      state.notBefore.set(task, event.notBefore);
      state.timers.push(event.notBefore, task, state.attempts[task] as number);
      return;
    }
    case 'retry-due': {
      const task = indexOf(state, event.task);
      state.notBefore.delete(task);
      state.held.delete(task);
      state.wishes.retry.delete(task);
      setTaskState(state, task, 'ready');
      state.offer.push(task);
      return;
    }
    case 'task-held': {
      const task = indexOf(state, event.task);
      keepFailure(state, task);
      state.held.set(task, event.cause);
      if (event.cause === 'onFailure') setTaskState(state, task, 'ready');
      return;
    }
    case 'tasks-ended':
      for (let index = 0; index < event.tasks.length; index++) {
        const task = tasks?.[index] ?? indexOf(state, event.tasks[index] as string);
        endTask(state, task, event.state, event.cause, event.at);
      }
      return;
    case 'tasks-reopened': {
      const reopened = event.tasks.map((address) => indexOf(state, address));
      for (const task of reopened) state.wishes.retry.delete(task);
      return reopen(state, reopened);
    }
    case 'pool-leased':
      return leaseSlots(state, event.pool, event.slots);
    case 'pool-returned':
      return giveBackLease(state, event.pool, event.slots);
    case 'control':
      return applyControl(state, event);
    case 'state-changed':
      invariant(
        isDeploymentTransition(state.status, event.state),
        `deployment goes from ${state.status} to ${event.state} by the table`,
      );
      state.status = event.state;
      // What was asked before this change has been answered by it.
      state.wishes.pause = null;
      state.wishes.resume = false;
      state.pausedBy = event.state === 'paused' ? { text: event.text ?? 'paused', at: event.at } : null;
      return;
  }
}

function note(notes: DeploymentState['silent'], node: string, text: string | undefined, at: number): void {
  if (text === undefined) notes.delete(node);
  else notes.set(node, { text, at });
}

function indexOf(state: DeploymentState, address: string): number {
  // Events of one task follow each other closely; a look-up among 100,000 addresses costs more than the rest of a fold.
  if (state.lastTask >= 0 && state.graph.addresses[state.lastTask] === address) return state.lastTask;
  const index = state.graph.indexOf.get(address) ?? -1;
  if (index < 0 || index >= state.graph.taskCount) invariant(false, `${address} is a task of the graph`);
  state.lastTask = index;
  return index;
}

/** The attempt is judged, but has not decided how its task ends: should nothing follow, that is why it failed. */
function keepFailure(state: DeploymentState, task: number): void {
  const judged = state.toJudge.get(task);
  if (judged) state.failed.set(task, judged);
  state.toJudge.remove(task);
}

function startAttempt(state: DeploymentState, task: number, attempt: number, at: number): void {
  const { machineOf, timeoutMs } = state.graph;
  invariant(attempt === (state.attempts[task] as number) + 1, 'attempts are counted without gaps');
  // That a cluster anchor may begin is found by deciding, so no event before its start tells it.
  if (state.task[task] === CODE.waiting && isClusterAnchor(state, task)) setTaskState(state, task, 'ready');
  setTaskState(state, task, 'running');
  state.attempts[task] = attempt;
  state.open.add(task, at);
  watchDeadline(state, task, at + (timeoutMs[task] as number), attempt);
  const machine = machineOf[task] as number;
  if (machine >= 0) {
    invariant(state.busyWith[machine] === -1, 'one task per node at a time');
    state.busyWith[machine] = task;
  }
  takeSlots(state, task);
}

/** Most attempts end long before their deadline; those of ended ones are forgotten once they are the most. */
function watchDeadline(state: DeploymentState, task: number, at: number, attempt: number): void {
  const { deadlines, open } = state;
  if (deadlines.size > 2 * open.size + DEADLINES_MIN) deadlines.keepOnly((each, its) => open.has(each, its));
  deadlines.push(at, task, attempt);
}

/** Ended in an earlier run, or only tried there. No transition leads from waiting to most ends: nothing happens here. */
function carryOver(
  state: DeploymentState,
  { task: address, attempts, end, cause, endedAt, outputs }: CarriedTask,
): void {
  const task = indexOf(state, address);
  state.attempts[task] = attempts;
  if (end === undefined) return;
  (state.count[state.task[task] as number] as number)--;
  (state.count[CODE[end]] as number)++;
  state.task[task] = CODE[end];
  if (outputs) state.outputs.set(task, outputs);
  noteEnd(state, task, end, cause, endedAt ?? 0);
}

function endTask(state: DeploymentState, task: number, end: TaskEnd, cause: EndCause | undefined, at: number): void {
  setTaskState(state, task, end);
  noteEnd(state, task, end, cause, at);
}

/** What follows from the end of a task, whose state says so already. */
function noteEnd(state: DeploymentState, task: number, end: TaskEnd, cause: EndCause | undefined, at: number): void {
  const { machineOf, groupsOfMachine } = state.graph;
  const result = state.toJudge.get(task);
  state.toJudge.remove(task);
  forget(state, task);
  state.endedAt[task] = at;
  leaveSection(state, task, end === 'succeeded' || end === 'skipped');
  if (cause) state.endCause.set(task, cause);
  const machine = machineOf[task] as number;
  if (end === 'failed' && machine >= 0 && state.nodeCulprit[machine] === -1) {
    state.nodeCulprit[machine] = task;
    state.node[machine] = result?.kind === 'unreachable' ? 'unreachable' : 'failed';
    state.failedMachines.push(machine);
    for (
      let index = groupsOfMachine.offsets[machine] as number;
      index < (groupsOfMachine.offsets[machine + 1] as number);
      index++
    ) {
      countFailure(state, groupsOfMachine.targets[index] as number, at);
    }
  }
  if (end === 'succeeded' || end === 'skipped') settle(state, task, SATISFIED);
  else settle(state, task, cause?.culprit ? indexOf(state, cause.culprit) : task);
}

/** What was noted of the task while it had not ended; of most tasks nothing was. */
function forget(state: DeploymentState, task: number): void {
  const { failed, held, notBefore, wishes } = state;
  if (failed.size > 0) failed.delete(task);
  if (held.size > 0) held.delete(task);
  if (notBefore.size > 0) notBefore.delete(task);
  if (wishes.retry.size > 0) wishes.retry.delete(task);
  if (wishes.skip.size > 0) wishes.skip.delete(task);
}

function countFailure(state: DeploymentState, group: number, at: number): void {
  (state.groupFailed[group] as number)++;
  if (!isExceeded(state, group) || state.stop !== null) return;
  const { name, tolerated } = state.graph.source.faultTolerance[group] ?? { name: '', tolerated: 0 };
  state.stop = {
    kind: 'tolerance',
    text: `fault tolerance of ${name} exceeded: ${state.groupFailed[group]} failed, ${tolerated} tolerated`,
    at,
  };
}

/** Number of tasks that have not ended. */
export function tasksLeft(state: DeploymentState): number {
  const { count } = state;
  return (
    (count[CODE.waiting] as number) +
    (count[CODE.ready] as number) +
    (count[CODE.running] as number) +
    (count[CODE.lost] as number)
  );
}

/** What is open there, or known of the machine that was there before, says nothing about the new one. */
function takeHostKey(state: DeploymentState, task: number, hostKey: string): void {
  const machine = state.graph.machines[state.graph.machineOf[task] ?? -1];
  if (machine !== undefined) state.hostKeys.set(machine, hostKey);
}
