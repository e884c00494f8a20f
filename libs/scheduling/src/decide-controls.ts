import type { TakeDecision } from './take-decision';
import { isToBeTried } from './apply-control';
import { CODE, type DeploymentState } from './deployment-state';
import { endTried } from './end-tried';
import { endUnstarted } from './end-unstarted';
import { isNodeFailed } from './offering';
import { withWhatTheyKept } from './reopen';

/** Acts on what people asked for. What does not fit the present state falls away: its event says that it was asked. */
export function decideControls(state: DeploymentState, take: TakeDecision): void {
  const { wishes, stop } = state;
  if (stop?.kind === 'cancel') {
    for (const [task, open] of [...state.open]) {
      if (open.cancelling !== 'cancel')
        take({ type: 'attempt-cancelling', task: addressOf(state, task), attempt: open.attempt, cause: 'cancel' });
    }
  }
  if (stop?.kind === 'cancel') endUnstarted(state, stop, take);
  if (wishes.pause !== null && state.status === 'running' && stop === null)
    take({ type: 'state-changed', state: 'paused', text: wishes.pause });
  if (wishes.resume && state.status === 'paused' && stop === null) {
    // Resuming is the person's word for tasks that failed and wait; what is lost needs a word of its own.
    for (const [task, cause] of state.held) if (cause === 'onFailure') wishes.retry.add(task);
    take({ type: 'state-changed', state: 'running', text: null });
  }
  wishes.pause = null;
  wishes.resume = false;
  if (wishes.retry.size > 0) retry(state, take);
  if (wishes.skip.size > 0) skip(state, take);
}

function retry(state: DeploymentState, take: TakeDecision): void {
  const { wishes, stop } = state;
  const wished = new Set(wishes.retry);
  wishes.retry.clear();
  if (stop !== null) return;
  const ended = new Set<number>();
  for (const task of wished) {
    if (!isToBeTried(state, task)) ended.add(task);
    else if (isNodeFailed(state, task)) leaveOnFailedNode(state, task, take);
    else take({ type: 'retry-due', task: addressOf(state, task) });
  }
  const again = ended.size === 0 ? [] : withWhatTheyKept(state, ended);
  if (again.length > 0) take({ type: 'tasks-reopened', tasks: again.map((task) => addressOf(state, task)) });
}

/** Lost before another one failed on its node, where nothing more starts: so it is not tried again. */
function leaveOnFailedNode(state: DeploymentState, task: number, take: TakeDecision): void {
  const culprit = addressOf(state, state.nodeCulprit[state.graph.machineOf[task] as number] as number);
  endTried(state, [task], `${culprit} failed on its node`, { code: 'node-failed', culprit }, take);
}

function skip(state: DeploymentState, take: TakeDecision): void {
  const skipped = [...state.wishes.skip].filter((task) => state.task[task] !== CODE.waiting);
  if (skipped.length > 0) {
    take({
      type: 'tasks-ended',
      tasks: skipped.map((task) => addressOf(state, task)),
      state: 'skipped',
      cause: { code: 'operator' },
    });
  }
}

function addressOf(state: DeploymentState, task: number): string {
  return state.graph.tasks[task]?.task ?? '';
}
