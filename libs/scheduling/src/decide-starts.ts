import type { TakeDecision } from './take-decision';
import type { DeploymentState } from './deployment-state';
import { fullLimitOf, isQueued, nodeBusyWith, offerInstead, park } from './offering';

/**
 * Starts what may start: longest remaining chain first, ties by address; at most one task per node, every limit kept.
 * Nothing while the deployment is paused, draining or stopped.
 */
export function decideStarts(state: DeploymentState, take: TakeDecision): void {
  if (state.status !== 'running' || state.stop !== null) return;
  for (let task = state.offer.pop(); task >= 0; task = state.offer.pop()) {
    if (!isQueued(state, task)) {
      // An old entry: it was skipped or ended, or is offered anew when it may run. What it was offered for is still free.
      offerInstead(state, task);
      continue;
    }
    const full = fullLimitOf(state, task);
    if (full >= 0 || nodeBusyWith(state, task) >= 0) {
      park(state, task, full);
      continue;
    }
    const attempt = (state.attempts[task] as number) + 1;
    take({ type: 'attempt-started', task: state.graph.addresses[task] as string, attempt, seq: 0, at: 0 }, [task]);
  }
}
