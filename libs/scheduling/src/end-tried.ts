import { describeResult, type EndCause } from '@muster/model';
import type { TakeDecision } from './take-decision';
import type { DeploymentState } from './deployment-state';

/**
 * Ends tasks as failed that were tried and will not be tried again, `because` of something else: each keeps why its own
 * last attempt failed. `otherwise` is the cause of one whose log does not tell.
 */
export function endTried(
  state: DeploymentState,
  tasks: readonly number[],
  because: string,
  otherwise: EndCause,
  take: TakeDecision,
): void {
  for (const task of tasks) {
    const failed = state.failed.get(task);
    const cause: EndCause = failed
      ? { code: 'attempt', text: `${describeResult(failed)}; not tried again: ${because}` }
      : otherwise;
    take({ type: 'tasks-ended', tasks: [state.graph.tasks[task]?.task ?? ''], state: 'failed', cause });
  }
}
