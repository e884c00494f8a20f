import type { EndCause, GraphTask, TaskEnd } from '@muster/model';
import type { TakeDecision } from './take-decision';
import { CODE, type DeploymentState, type Stop } from './deployment-state';
import { endTried } from './end-tried';
import { endUnstarted } from './end-unstarted';
import { makeReady } from './propagate';
import { isTolerated } from './tolerance';

/**
 * Ends what cannot run or need not: blocked tasks, tasks left on failed nodes, bridges, cluster anchors; and says so when
 * the deployment is being stopped. Goes on until nothing follows from anything.
 */
export function decideEnds(state: DeploymentState, take: TakeDecision): void {
  for (;;) {
    // Through edges first: a task that needed the failed one is blocked, also on the failed node itself.
    if (state.toBlock.length > 0) blockDependents(state, take);
    else if (state.failedMachines.length > 0) leaveNode(state, state.failedMachines.shift() as number, take);
    else if (state.anchors.length > 0) judgeAnchors(state, take);
    else if (state.bridges.length > 0) crossBridges(state, take);
    else break;
  }
  if (state.stop !== null && (state.status === 'running' || state.status === 'paused')) {
    take({ type: 'state-changed', state: 'draining', text: state.stop.text });
    endWaits(state, state.stop, take);
  }
}

/** What waits for something does no work that could be cut short; a gate would keep a drain open until its timeout. */
function endWaits(state: DeploymentState, stop: Stop, take: TakeDecision): void {
  const waits = [...state.open].filter(
    ([task, { cancelling }]) => cancelling === null && state.graph.tasks[task]?.type === 'wait-for',
  );
  if (waits.length > 0) endUnstarted(state, stop, take);
  for (const [task, { attempt }] of waits)
    take({ type: 'attempt-cancelling', task: addressOf(state, task), attempt, cause: 'cancel' });
}

function blockDependents(state: DeploymentState, take: TakeDecision): void {
  const byCulprit = new Map<number, string[]>();
  for (const task of state.toBlock.splice(0)) {
    if (state.task[task] !== CODE.waiting) continue;
    const culprit = state.culprit[task] as number;
    const list = byCulprit.get(culprit);
    if (list) list.push(addressOf(state, task));
    else byCulprit.set(culprit, [addressOf(state, task)]);
  }
  for (const [culprit, tasks] of byCulprit)
    end(take, [...new Set(tasks)], 'blocked', { code: 'dependency', culprit: addressOf(state, culprit) });
}

/** What has work on a failed node starts no more. Bridges go on: they start nothing, and order passes through them. */
function leaveNode(state: DeploymentState, machine: number, take: TakeDecision): void {
  const { offsets, targets } = state.graph.tasksOfMachine;
  const never: string[] = [];
  const tried: number[] = [];
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++) {
    const task = targets[at] as number;
    const code = state.task[task];
    if ((code === CODE.waiting || code === CODE.ready) && state.graph.tasks[task]?.action === 'run') {
      if ((state.attempts[task] as number) > 0) tried.push(task);
      else never.push(addressOf(state, task));
    }
  }
  const culprit = addressOf(state, state.nodeCulprit[machine] as number);
  const cause = { code: 'node-failed', culprit } as const;
  // Tried and waiting for another try or a person: it did not succeed, and nobody will try again.
  endTried(state, tried, `${culprit} failed on its node`, cause, take);
  if (never.length > 0) end(take, never, 'not-run', cause);
}

/** A cluster anchor passes when all before it have ended and what went wrong is within a declared tolerance. */
function judgeAnchors(state: DeploymentState, take: TakeDecision): void {
  for (const task of state.anchors.splice(0)) {
    if (state.task[task] !== CODE.waiting) continue;
    if (state.bad[task] === 0 || isTolerated(state, task)) makeReady(state, task);
    else
      end(take, [addressOf(state, task)], 'blocked', {
        code: 'dependency',
        culprit: addressOf(state, state.culprit[task] as number),
      });
  }
}

function crossBridges(state: DeploymentState, take: TakeDecision): void {
  const crossed = new Map<string, { readonly cause: EndCause; readonly tasks: string[] }>();
  for (const task of state.bridges.splice(0)) {
    if (state.task[task] !== CODE.ready) continue;
    const graphTask = state.graph.tasks[task] as GraphTask;
    const cause = bridgeCause(state, task, graphTask);
    const alike = crossed.get(cause.text ?? cause.code);
    if (alike) alike.tasks.push(graphTask.task);
    else crossed.set(cause.text ?? cause.code, { cause, tasks: [graphTask.task] });
  }
  for (const { cause, tasks } of crossed.values()) end(take, tasks, 'skipped', cause);
}

function end(take: TakeDecision, tasks: readonly string[], state: TaskEnd, cause: EndCause): void {
  take({ type: 'tasks-ended', tasks, state, cause });
}

function addressOf(state: DeploymentState, task: number): string {
  return state.graph.tasks[task]?.task ?? '';
}

/** Why a bridge is skipped. */
function bridgeCause(state: DeploymentState, task: number, { type, action, reason }: GraphTask): EndCause {
  if (action === 'run' && state.wishes.skip.has(task)) return { code: 'operator' };
  if (type === 'stage' || type === 'anchor' || type === 'skipped') return { code: 'anchor' };
  if (reason.code === 'unchanged') return { code: 'condition', text: 'nothing changed since it last succeeded' };
  if (reason.code === 'noop') return { code: 'condition', text: reason.text };
  return { code: reason.code === 'not-selected' ? 'selection' : 'condition' };
}
