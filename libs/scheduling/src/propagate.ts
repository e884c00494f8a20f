import { CODE, type DeploymentState } from './deployment-state';
import { offerNextOf } from './offer-next';
import { setTaskState } from './set-task-state';
import { returnSlots } from './slots';

/** Given to `settle` instead of a culprit. */
export const SATISFIED = -1;

/** True for tasks of the sync point: they judge their predecessors when all have ended, and may be lenient. */
export function isClusterAnchor(state: DeploymentState, task: number): boolean {
  return state.graph.machineOf[task] === -1;
}

/**
 * Tells the successors of an ended task: that they may count on it (`SATISFIED`), or whose failure is behind its end.
 * Barriers pass it on at once: bad news when it comes, the end when all of theirs have ended. Tasks that thereby become
 * ready, or have to be blocked, are queued for `decide`.
 */
export function settle(state: DeploymentState, task: number, culprit: number): void {
  const news = tell(state, task, true, culprit !== SATISFIED, culprit, null);
  if (news === null) return;
  for (let head = 0; head < news.length; head++) {
    const { vertex, ended, bad } = news[head] as News;
    tell(state, vertex, ended, bad, culprit, news);
  }
}

/** What a barrier has to pass on. */
interface News {
  readonly vertex: number;
  readonly ended: boolean;
  readonly bad: boolean;
}

/** Adds to `news` what barriers have to pass on, and returns it; null while there is none. */
function tell(
  state: DeploymentState,
  vertex: number,
  ended: boolean,
  bad: boolean,
  culprit: number,
  news: News[] | null,
): News[] | null {
  const { successors, taskCount } = state.graph;
  const { offsets, targets } = successors;
  // A barrier that had bad news before has told so already; its end must not count as satisfied.
  const satisfied = ended && !bad && (vertex < taskCount || state.bad[vertex] === 0);
  const end = offsets[vertex + 1] as number;
  for (let at = offsets[vertex] as number; at < end; at++) {
    const next = targets[at] as number;
    const newlyBad = bad && state.bad[next] === 0;
    if (bad) {
      (state.bad[next] as number)++;
      if (state.culprit[next] === -1) state.culprit[next] = culprit;
    }
    if (satisfied) (state.unsatisfied[next] as number)--;
    if (ended) (state.unended[next] as number)--;
    if (next < taskCount) reconsider(state, next);
    else {
      const over = ended && state.unended[next] === 0;
      if (newlyBad || over) (news ??= []).push({ vertex: next, ended: over, bad: newlyBad });
    }
  }
  return news;
}

/** Queues a waiting task for what its edges now say. Called for the sources of the graph, too. */
export function reconsider(state: DeploymentState, task: number): void {
  if (state.task[task] !== CODE.waiting) return;
  if (isClusterAnchor(state, task)) {
    if (state.unended[task] === 0) state.anchors.push(task);
    return;
  }
  if ((state.bad[task] as number) > 0) {
    state.toBlock.push(task);
    return;
  }
  if (state.unsatisfied[task] === 0) makeReady(state, task);
}

/** The dependencies are satisfied; only policies are in the way. */
export function makeReady(state: DeploymentState, task: number): void {
  setTaskState(state, task, 'ready');
  // Not in any heap yet, so its rank may change.
  if (state.firstCome !== null) state.graph.rank[task] = -state.firstCome++;
  if (isPassed(state, task)) state.bridges.push(task);
  else state.offer.push(task);
}

/** True if the task is skipped once its dependencies are satisfied: by the plan, or at a person's word. */
export function isPassed(state: DeploymentState, task: number): boolean {
  return state.graph.isBridge[task] === 1 || (state.wishes.skip.size > 0 && state.wishes.skip.has(task));
}

/** Gives back what a task held, and offers the best task that waited for it. */
export function release(state: DeploymentState, task: number): void {
  const machine = state.graph.machineOf[task] as number;
  if (machine >= 0 && state.busyWith[machine] === task) {
    state.busyWith[machine] = -1;
    offerNextOf(state, state.parkedAtMachine[machine]);
  }
  returnSlots(state, task);
}
