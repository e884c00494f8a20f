import { CODE, type DeploymentState } from './deployment-state';
import type { TaskHeap } from './task-heap';

/** Moves the best task that is still ready out of `parked` into the offer. Nothing when there is none. */
export function offerNextOf(state: DeploymentState, parked: TaskHeap | undefined): void {
  if (!parked) return;
  for (let task = parked.pop(); task >= 0; task = parked.pop()) {
    if (state.task[task] !== CODE.ready) continue;
    state.offer.push(task);
    return;
  }
}
