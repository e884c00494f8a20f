import type { EndCause } from '@muster/model';
import { CODE, type DeploymentState, type Stop } from './deployment-state';
import type { TakeDecision } from './take-decision';

/** What a stop is the cause of. */
export function causeOf({ kind, text }: Stop): EndCause {
  return { code: kind === 'cancel' ? 'cancelled' : kind === 'drain' ? 'drained' : 'stopped', text };
}

/** Nothing will start any more, so what never started is told at once, and not as blocked by what is being ended. */
export function endUnstarted(state: DeploymentState, stop: Stop, take: TakeDecision): void {
  const never: string[] = [];
  for (let task = 0; task < state.graph.taskCount; task++) {
    const code = state.task[task];
    if ((code === CODE.waiting || code === CODE.ready) && state.attempts[task] === 0)
      never.push(state.graph.addresses[task] ?? '');
  }
  if (never.length > 0) take({ type: 'tasks-ended', tasks: never, state: 'not-run', cause: causeOf(stop) });
}
