import { isDeploymentEnd, type DeploymentEvent } from '@muster/model';
import { CODE, type DeploymentState } from './deployment-state';
import { setLimit } from './limits';
import { isReopenable } from './reopen';

/**
 * Notes what a person asked for; `decide` acts on it. A command that was recorded before, or came too late, as one after the end
 * does, changes nothing.
 */
export function applyControl(state: DeploymentState, event: DeploymentEvent & { readonly type: 'control' }): void {
  if (state.commands.has(event.command)) return;
  state.commands.add(event.command);
  if (isDeploymentEnd(state.status) || event.tooLate === true) return;
  const { wishes } = state;
  const by = event.why ? `${event.who}: ${event.why}` : event.who;
  const named = (event.tasks ?? [])
    .map((address) => state.graph.indexOf.get(address))
    .filter((task): task is number => task !== undefined && task < state.graph.taskCount);
  switch (event.verb) {
    case 'pause':
      wishes.pause = `paused by ${by}`;
      wishes.resume = false;
      return;
    case 'resume':
      wishes.resume = true;
      wishes.pause = null;
      return;
    case 'drain':
      state.stop ??= { kind: 'drain', text: `drained by ${by}`, at: event.at };
      return;
    case 'cancel':
      if (state.stop?.kind !== 'cancel') state.stop = { kind: 'cancel', text: `cancelled by ${by}`, at: event.at };
      return;
    case 'retry':
      for (const task of event.tasks ? named : unfinished(state)) if (mayRetry(state, task)) wishes.retry.add(task);
      return;
    case 'skip':
      for (const task of named) {
        if (!isSkippable(state, task)) continue;
        wishes.skip.add(task);
        state.skipAsked.set(task, { by, at: event.at });
      }
      return;
    case 'signal':
      if (event.event !== undefined) state.signals.add(event.event);
      return;
    case 'set-limit':
      if (event.limit) setLimit(state, event.limit.key, event.limit.amount);
      return;
  }
}

/** Not running and not ended, or lost and waiting for a person. */
export function isSkippable(state: DeploymentState, task: number): boolean {
  const code = state.task[task];
  return code === CODE.waiting || code === CODE.ready || (code === CODE.lost && state.held.has(task));
}

/** It waits for a person or for its time to be tried again, or did not succeed; what came after a skipped one has gone on already. */
export function mayRetry(state: DeploymentState, task: number): boolean {
  return isToBeTried(state, task) || (isReopenable(state, task) && state.task[task] !== CODE.skipped);
}

/** It was tried, has not ended, and does not run: it waits for a person, or until it is tried again by itself. */
export function isToBeTried(state: DeploymentState, task: number): boolean {
  return state.held.has(task) || state.notBefore.has(task);
}

/** What a retry of everything is about: all that waits for a person or to be tried again, and all that failed. */
export function* unfinished(state: DeploymentState): Generator<number> {
  yield* state.held.keys();
  yield* state.notBefore.keys();
  if (state.count[CODE.failed] === 0) return;
  for (let task = 0; task < state.graph.taskCount; task++) if (state.task[task] === CODE.failed) yield task;
}
