import { isDeploymentEnd, type DeploymentEvent, type DeploymentEventBody } from '@muster/model';
import { fold } from './apply';
import { decideControls } from './decide-controls';
import { decideEnds } from './decide-ends';
import { decideOutcome } from './decide-outcome';
import { decideStarts } from './decide-starts';
import type { TakeDecision } from './take-decision';
import { decideTimers } from './decide-timers';
import type { DeploymentState } from './deployment-state';
import { judgeAttempts } from './judge-attempts';

/**
 * Numbers an event and folds it; how both facts and decisions enter the state. Takes `body` over: it becomes the event,
 * since copying each would cost more than folding it. `tasks` are the numbers of the tasks that it names, in its order:
 * whoever has them saves looking them up.
 */
export function record(
  state: DeploymentState,
  body: DeploymentEventBody | DeploymentEvent,
  now: number,
  tasks: readonly number[] | null = null,
): DeploymentEvent {
  const event = body as DeploymentEventBody & { seq: number; at: number };
  event.seq = state.lastSeq + 1;
  event.at = now;
  fold(state, event, tasks);
  return event;
}

/**
 * What is to be done now: decisions in the order in which the shell must store and then perform them, already folded
 * into `state` by `apply`. Same state, same `now` (milliseconds since the epoch), same answer. Free to change with any
 * release. Empty when nothing is to be done, and before the first event.
 *
 * `starts`, where given, takes the numbers of the tasks that start, one for each `attempt-started`, in their order: whoever
 * performs them need not look them up.
 *
 * Cost: proportional to what changed since the last call.
 * Fails: with `InvariantBroken` if a deployment could neither go on nor end.
 */
export function decide(state: DeploymentState, now: number, starts?: number[]): readonly DeploymentEvent[] {
  const decisions: DeploymentEvent[] = [];
  if (state.lastSeq === 0 || isDeploymentEnd(state.status)) return decisions;
  const take: TakeDecision = (body, tasks) => {
    decisions.push(record(state, body, now, tasks));
    if (body.type === 'attempt-started') starts?.push(tasks?.[0] ?? -1);
  };
  if (state.status === 'pending') take({ type: 'state-changed', state: 'running', text: null });
  // People first: what they stop must not start another task. Ends before starts: they free nodes and limits.
  decideControls(state, take);
  judgeAttempts(state, take, now);
  decideTimers(state, take, now);
  decideEnds(state, take);
  decideStarts(state, take);
  decideOutcome(state, take);
  return decisions;
}

/** When `decide` is to be called again though nothing happens: milliseconds since the epoch, null for never. */
export function nextWake(state: DeploymentState): number | null {
  const next = Math.min(state.timers.nextAt, state.deadlines.nextAt);
  return next === Infinity || isDeploymentEnd(state.status) ? null : next;
}
