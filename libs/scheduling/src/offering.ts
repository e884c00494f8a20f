import { CODE, type DeploymentState } from './deployment-state';
import { offerNextOf } from './offer-next';
import { isHeldOnMachine, limitsToTake } from './slots';

/** The first limit that has no free slot for `task`; -1 when all have. */
export function fullLimitOf(state: DeploymentState, task: number): number {
  const { targets, from, to } = limitsToTake(state, task);
  for (let at = from; at < to; at++) {
    const limit = targets[at] as number;
    if (lacksSlot(state, task, limit)) return limit;
  }
  return -1;
}

/** True if the limit is full, and no open section of the task's node holds a slot that the task could run under. */
export function lacksSlot(state: DeploymentState, task: number, limit: number): boolean {
  return isLimitFull(state, limit) && !isHeldOnMachine(state, state.graph.machineOf[task] as number, limit);
}

/** True if the task waits for its node and its limits alone: it has no time to wait for and no person, and work to do. */
export function isQueued(state: DeploymentState, task: number): boolean {
  return (
    state.task[task] === CODE.ready &&
    !(state.notBefore.size > 0 && state.notBefore.has(task)) &&
    !(state.held.size > 0 && state.held.has(task)) &&
    !isNodeFailed(state, task)
  );
}

export function isLimitFull(state: DeploymentState, limit: number): boolean {
  return (state.limitUsed[limit] as number) >= (state.limitCapacity[limit] as number);
}

/** The task that `task`'s node is busy with; -1 when the node is free, or the task has no node. */
export function nodeBusyWith(state: DeploymentState, task: number): number {
  const machine = state.graph.machineOf[task] as number;
  return machine < 0 ? -1 : (state.busyWith[machine] as number);
}

/** True if nothing more starts on the task's node. */
export function isNodeFailed(state: DeploymentState, task: number): boolean {
  const machine = state.graph.machineOf[task] as number;
  return machine >= 0 && (state.nodeCulprit[machine] as number) >= 0;
}

/**
 * Parks a ready task where it has to wait, and offers others in its place: what is free must not stay idle because its
 * best candidate waits for something else. Ends: each call parks at a resource that is taken, and those only grow fewer
 * while nothing is released.
 */
export function park(state: DeploymentState, task: number, full: number): void {
  const machine = state.graph.machineOf[task] as number;
  const nodeTaken = nodeBusyWith(state, task) >= 0;
  if (nodeTaken) state.parkedAtMachine[machine]?.push(task);
  else state.parkedAtLimit[full]?.push(task);
  offerInstead(state, task);
}

/** Offers the best tasks that wait for what `task` does not take after all: its node and its limits, as far as they are free. */
export function offerInstead(state: DeploymentState, task: number): void {
  const machine = state.graph.machineOf[task] as number;
  if (machine >= 0 && state.busyWith[machine] === -1) offerNextOf(state, state.parkedAtMachine[machine]);
  const { targets, from, to } = limitsToTake(state, task);
  for (let at = from; at < to; at++) {
    const limit = targets[at] as number;
    if (!isLimitFull(state, limit)) offerNextOf(state, state.parkedAtLimit[limit]);
  }
}
