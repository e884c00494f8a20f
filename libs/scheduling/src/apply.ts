import { isDeploymentTransition, type DeploymentEvent, type EndCause, type TaskEnd } from '@muster/model';
import { invariant } from '@muster/problems';
import { applyControl } from './apply-control';
import { CODE, type DeploymentState } from './deployment-state';
import { reconsider, release, settle } from './propagate';
import { setTaskState } from './set-task-state';
import { isExceeded } from './tolerance';

/**
 * Folds one stored event into `state`. Decides nothing; must read every event log that a released version ever wrote.
 * Fails with `InvariantBroken` on a gap in the numbers and on what no version ever wrote.
 * Cost: proportional to the edges of the tasks that the event ends.
 */
export function apply(state: DeploymentState, event: DeploymentEvent): void {
  invariant(event.seq === state.lastSeq + 1, `event ${event.seq} follows ${state.lastSeq}`);
  state.lastSeq = event.seq;
  switch (event.type) {
    case 'accepted':
      for (let task = 0; task < state.graph.taskCount; task++) reconsider(state, task);
      return;
    case 'owner-changed':
      state.owner = event.executor;
      state.epoch = event.epoch;
      return;
    case 'node-ready': {
      state.bootId.set(event.node, { bootId: event.bootId, stateFolder: event.stateFolder });
      const machine = state.graph.machines.indexOf(event.node);
      if (machine >= 0 && state.node[machine] === 'untouched') state.node[machine] = 'ready';
      return;
    }
    case 'attempt-started':
      return startAttempt(state, indexOf(state, event.task), event.attempt, event.at);
    case 'attempt-cancelling': {
      const open = state.open.get(indexOf(state, event.task));
      invariant(open?.attempt === event.attempt, 'only an open attempt is cancelled');
      open.cancelling = event.cause;
      return;
    }
    case 'attempt-ended': {
      const task = indexOf(state, event.task);
      invariant(state.open.get(task)?.attempt === event.attempt, 'only an open attempt ends');
      state.open.delete(task);
      state.toJudge.set(task, event.result);
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
      state.timers.push({ at: event.notBefore, task, attempt: state.attempts[task] as number });
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
      for (const address of event.tasks) endTask(state, indexOf(state, address), event.state, event.cause, event.at);
      return;
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

function indexOf(state: DeploymentState, address: string): number {
  // Events of one task follow each other closely; a look-up among 100,000 addresses costs more than the rest of a fold.
  if (state.lastTask >= 0 && state.graph.tasks[state.lastTask]?.task === address) return state.lastTask;
  const index = state.graph.indexOf.get(address);
  invariant(index !== undefined && index < state.graph.taskCount, `${address} is a task of the graph`);
  state.lastTask = index;
  return index;
}

/** The attempt is judged, but has not decided how its task ends: should nothing follow, that is why it failed. */
function keepFailure(state: DeploymentState, task: number): void {
  const judged = state.toJudge.get(task);
  if (judged) state.failed.set(task, judged);
  state.toJudge.delete(task);
}

function startAttempt(state: DeploymentState, task: number, attempt: number, at: number): void {
  const { machineOf, limitsOf, tasks } = state.graph;
  invariant(attempt === (state.attempts[task] as number) + 1, 'attempts are counted without gaps');
  setTaskState(state, task, 'running');
  state.attempts[task] = attempt;
  state.open.set(task, { attempt, startedAt: at, cancelling: null });
  state.deadlines.push({ at: at + (tasks[task]?.timeoutMs ?? 0), task, attempt });
  const machine = machineOf[task] as number;
  if (machine >= 0) {
    invariant(state.busyWith[machine] === -1, 'one task per node at a time');
    state.busyWith[machine] = task;
  }
  for (let index = limitsOf.offsets[task] as number; index < (limitsOf.offsets[task + 1] as number); index++) {
    const limit = limitsOf.targets[index] as number;
    (state.limitUsed[limit] as number)++;
    state.limitHolders[limit]?.add(task);
  }
}

function endTask(state: DeploymentState, task: number, end: TaskEnd, cause: EndCause | undefined, at: number): void {
  const { machineOf, groupsOfMachine } = state.graph;
  setTaskState(state, task, end);
  const result = state.toJudge.get(task);
  state.toJudge.delete(task);
  state.failed.delete(task);
  state.held.delete(task);
  state.notBefore.delete(task);
  state.wishes.retry.delete(task);
  state.wishes.skip.delete(task);
  state.endedAt[task] = at;
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
      countFailure(state, groupsOfMachine.targets[index] as number);
    }
  }
  if (end === 'succeeded' || end === 'skipped') settle(state, task, { satisfied: true });
  else settle(state, task, { satisfied: false, culprit: cause?.culprit ? indexOf(state, cause.culprit) : task });
}

function countFailure(state: DeploymentState, group: number): void {
  (state.groupFailed[group] as number)++;
  if (!isExceeded(state, group) || state.stop !== null) return;
  const { name, tolerated } = state.graph.source.faultTolerance[group] ?? { name: '', tolerated: 0 };
  state.stop = {
    kind: 'tolerance',
    text: `fault tolerance of ${name} exceeded: ${state.groupFailed[group]} failed, ${tolerated} tolerated`,
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
