import type { TakeDecision } from './take-decision';
import type { DeploymentState } from './deployment-state';

/** Rings what is due: retries may start again, attempts past their timeout are ended. */
export function decideTimers(state: DeploymentState, take: TakeDecision, now: number): void {
  for (let due = state.timers.popDue(now); due; due = state.timers.popDue(now)) {
    if (state.notBefore.get(due.task) !== due.at || state.attempts[due.task] !== due.attempt) continue;
    if (state.stop === null) take({ type: 'retry-due', task: state.graph.tasks[due.task]?.task ?? '' });
  }
  for (let due = state.deadlines.popDue(now); due; due = state.deadlines.popDue(now)) {
    const open = state.open.get(due.task);
    if (open?.attempt !== due.attempt || open.cancelling !== null) continue;
    take({
      type: 'attempt-cancelling',
      task: state.graph.tasks[due.task]?.task ?? '',
      attempt: due.attempt,
      cause: 'timeout',
    });
  }
}
