import { type ControlVerb, isTaskEnd } from '@muster/model';
import { isSkippable, mayRetry, unfinished } from './apply-control';
import { taskStateOf, type DeploymentState } from './deployment-state';

/** Why a control does nothing. `task`: the address that it is about; null: the deployment. */
export interface ControlFault {
  readonly task: string | null;
  /** Sentences for people. */
  readonly summary: string;
  readonly remedy?: string;
}

/**
 * Why a retry or skip would do nothing as things are: for each named task that it does not fit, or once where a retry names
 * none. Empty: it does something, or is another verb. Cost: proportional to the tasks that are named, else to the graph.
 */
export function controlFaults(
  state: DeploymentState,
  verb: ControlVerb,
  tasks: readonly string[] | undefined,
): readonly ControlFault[] {
  if (verb !== 'retry' && verb !== 'skip') return [];
  if (verb === 'retry' && state.stop !== null) {
    const summary = `It is ending (${state.stop.text}), so nothing is tried again now; retry it once it has ended.`;
    return [{ task: null, summary }];
  }
  if (tasks === undefined) return verb === 'retry' && unfinished(state).next().done === true ? [nothingToRetry()] : [];
  return tasks.flatMap((address) => {
    const task = state.graph.indexOf.get(address);
    if (task === undefined || task >= state.graph.taskCount)
      return [{ task: address, summary: 'The running graph has no such task.' }];
    const isFitting = verb === 'retry' ? mayRetry(state, task) : isSkippable(state, task);
    return isFitting ? [] : [{ task: address, ...unfit(state, verb, task) }];
  });
}

function unfit(state: DeploymentState, verb: 'retry' | 'skip', task: number): Omit<ControlFault, 'task'> {
  const name = taskStateOf(state, task);
  if (isTaskEnd(name)) return { summary: `It has ended (${name}), so ${verb} does nothing any more.` };
  if (verb === 'skip') return { summary: `It is ${name}; skip works on tasks that wait, are ready, or are lost.` };
  const summary = `It is ${name}; retry works on tasks that did not succeed, or wait to be tried again.`;
  return { summary, remedy: 'What it waits for is told by `muster why`; `muster watch` tells when it has ended.' };
}

function nothingToRetry(): ControlFault {
  return {
    task: null,
    summary: 'No task of it has failed, waits for a person, or waits to be tried again; a retry does nothing.',
    remedy:
      'Let it run; what a task waits for is told by `muster why`. To run what has succeeded again: `muster deploy --force`.',
  };
}
