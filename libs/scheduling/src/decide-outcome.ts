import type { DeploymentOutcome } from '@muster/model';
import { invariant } from '@muster/problems';
import { tasksLeft } from './apply';
import type { TakeDecision } from './take-decision';
import { decideEnds } from './decide-ends';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';
import { isNodeTolerated } from './tolerance';

/** Ends the deployment when nothing is left, after ending what a stop leaves over; pauses it when only people can go on. */
export function decideOutcome(state: DeploymentState, take: TakeDecision): void {
  if (state.stop !== null && state.open.size === 0 && tasksLeft(state) > 0) endLeftOver(state, take);
  if (tasksLeft(state) === 0) {
    const { outcome, text } = outcomeOf(state);
    take({ type: 'state-changed', state: outcome, text });
    return;
  }
  if (state.status !== 'running' || state.open.size > 0 || state.notBefore.size > 0) return;
  if (state.held.size > 0) {
    const [task] = state.held.keys();
    take({ type: 'state-changed', state: 'paused', text: `waits for a person: ${state.graph.tasks[task ?? 0]?.task}` });
    return;
  }
  invariant(false, 'a running deployment with nothing open, held or timed has ended');
}

function endLeftOver(state: DeploymentState, take: TakeDecision): void {
  const { stop } = state;
  if (stop === null) return;
  const never: string[] = [];
  const tried: string[] = [];
  for (let task = 0; task < state.graph.taskCount; task++) {
    const name = taskStateOf(state, task);
    if (name !== 'lost' && name !== 'waiting' && name !== 'ready') continue;
    ((state.attempts[task] as number) > 0 ? tried : never).push(state.graph.tasks[task]?.task ?? '');
  }
  // Those never started first: ending the others must not make them blocked, which would hide the stop.
  if (never.length > 0) take({ type: 'tasks-ended', tasks: never, state: 'not-run', cause: causeOf(stop) });
  if (tried.length > 0)
    take({
      type: 'tasks-ended',
      tasks: tried,
      state: stop.kind === 'cancel' ? 'cancelled' : 'failed',
      cause: causeOf(stop),
    });
  decideEnds(state, take);
}

function causeOf(stop: NonNullable<DeploymentState['stop']>): {
  code: 'cancelled' | 'drained' | 'stopped';
  text: string;
} {
  return {
    code: stop.kind === 'cancel' ? 'cancelled' : stop.kind === 'drain' ? 'drained' : 'stopped',
    text: stop.text,
  };
}

/** Never greener than the truth: the worst thing that happened names the outcome. */
function outcomeOf(state: DeploymentState): { outcome: DeploymentOutcome; text: string | null } {
  const { count, stop, graph } = state;
  const count0 = (code: number): number => count[code] as number;
  if (stop?.kind === 'cancel') return { outcome: 'cancelled', text: stop.text };
  if (stop !== null && (stop.kind === 'tolerance' || count0(CODE['not-run']) > 0))
    return { outcome: 'stopped', text: stop.text };
  if (count0(CODE.failed) + count0(CODE.blocked) + count0(CODE['not-run']) + count0(CODE.cancelled) > 0) {
    let tolerated = true;
    let first: string | null = null;
    for (let task = 0; task < graph.taskCount; task++) {
      if (state.task[task] !== CODE.failed) continue;
      first ??= graph.tasks[task]?.task ?? null;
      if (!isNodeTolerated(state, graph.machineOf[task] as number)) tolerated = false;
    }
    const text = `${count0(CODE.failed)} tasks failed, first ${first}`;
    return tolerated && first !== null ? { outcome: 'succeeded-with-failures', text } : { outcome: 'failed', text };
  }
  for (const cause of state.endCause.values()) {
    if (cause.code === 'operator' || cause.code === 'onFailure') return { outcome: 'succeeded-with-skips', text: null };
  }
  return { outcome: 'succeeded', text: null };
}
