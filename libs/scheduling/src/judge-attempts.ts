import { describeResult, isSuccess, type AttemptResult, type GraphTask } from '@muster/model';
import type { TakeDecision } from './take-decision';
import type { DeploymentState } from './deployment-state';
import { causeOf } from './end-unstarted';
import { mayPass } from './may-pass';

/** A lost attempt of an idempotent task runs again, but not for ever: then something is wrong that a person must see. */
const LOSSES_MAX = 10;

/** Says what each ended attempt means for its task: its end, another attempt, or a question to a person. */
export function judgeAttempts(state: DeploymentState, take: TakeDecision, now: number): void {
  const { toJudge, graph } = state;
  if (toJudge.size === 0) return;
  const tasks = toJudge.tasks();
  const isWell = (task: number): boolean => isSuccess(toJudge.get(task) as AttemptResult);
  const succeeded = tasks.every(isWell) ? tasks : tasks.filter(isWell);
  if (succeeded !== tasks)
    for (const task of tasks) {
      // To end one may end others.
      const result = toJudge.get(task);
      if (result !== null && !isSuccess(result)) judgeFailure(state, task, result, take, now);
    }
  if (succeeded.length === 0) return;
  const addresses = succeeded.map((task) => graph.addresses[task] as string);
  take({ type: 'tasks-ended', tasks: addresses, state: 'succeeded', seq: 0, at: 0 }, succeeded);
}

function judgeFailure(
  state: DeploymentState,
  task: number,
  result: AttemptResult,
  take: TakeDecision,
  now: number,
): void {
  const graphTask = state.graph.tasks[task] as GraphTask;
  const { task: address, retries } = graphTask;
  const cause = { code: 'attempt', text: describeResult(result) } as const;
  if (result.kind === 'cancelled' || state.stop?.kind === 'cancel') {
    take({
      type: 'tasks-ended',
      tasks: [address],
      state: 'cancelled',
      cause:
        state.stop === null || state.stop.kind === 'cancel'
          ? { code: 'cancelled', text: describeResult(result) }
          : causeOf(state.stop),
    });
    return;
  }
  if (result.kind === 'lost') {
    if (graphTask.idempotent && state.stop === null && (state.losses[task] as number) < LOSSES_MAX)
      take({ type: 'retry-set', task: address, notBefore: now });
    else hold(state, address, 'lost', `${address} is ${describeResult(result)}`, take);
    return;
  }
  const failures = state.failures[task] as number;
  // Another host key, another owner or wrong parameters are refused again; and who stops does not try again.
  const isFinal = result.kind === 'refused' && !mayPass(result.code);
  if (failures < retries.count && state.stop === null && !isFinal) {
    take({
      type: 'retry-set',
      task: address,
      notBefore: now + Math.round(retries.delayMs * retries.backoff ** failures),
    });
    return;
  }
  switch (graphTask.onFailure) {
    case 'fail':
      take({ type: 'tasks-ended', tasks: [address], state: 'failed', cause });
      return;
    case 'skip':
      take({ type: 'tasks-ended', tasks: [address], state: 'skipped', cause: { code: 'onFailure', text: cause.text } });
      return;
    case 'pause':
      if (state.stop !== null) take({ type: 'tasks-ended', tasks: [address], state: 'failed', cause });
      else hold(state, address, 'onFailure', `${address} ${cause.text}`, take);
      return;
  }
}

function hold(
  state: DeploymentState,
  address: string,
  cause: 'onFailure' | 'lost',
  text: string,
  take: TakeDecision,
): void {
  take({ type: 'task-held', task: address, cause });
  if (state.status === 'running') take({ type: 'state-changed', state: 'paused', text: `waits for a person: ${text}` });
}
