import type { CarriedTask, TaskEnd } from '@muster/model';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';
import { isReopenable, withWhatTheyKept } from './reopen';

/** What a `carried-over` tells. */
export interface CarriedOver {
  readonly tasks: readonly CarriedTask[];
  readonly sections: readonly string[];
}

/**
 * What a further run takes over from an ended one: whatever succeeded or was skipped stays done, the rest begins anew
 * with its attempts counted on. With `only`, those and what they kept from running begin anew, also if they were
 * skipped, and all others stay as they ended. Names that the graph does not have are left out. A section that was begun
 * keeps its slots, since its node is halfway through it.
 * Cost: proportional to the tasks.
 */
export function carriedFrom(state: DeploymentState, only: readonly string[] | null): CarriedOver {
  const anew = new Set(only === null ? badlyEnded(state) : withWhatTheyKept(state, numbersOf(state, only)));
  const carried: CarriedTask[] = [];
  for (let task = 0; task < state.graph.taskCount; task++) {
    const attempts = state.attempts[task] as number;
    const address = state.graph.addresses[task] as string;
    const name = taskStateOf(state, task);
    if (anew.has(task) || (name !== 'succeeded' && !isReopenable(state, task))) {
      carried.push({ task: address, attempts });
      continue;
    }
    const cause = state.endCause.get(task);
    const endedAt = state.endedAt[task] as number;
    const outputs = state.outputs.get(task);
    carried.push({
      ...{ task: address, attempts, end: name as TaskEnd, endedAt },
      ...(cause ? { cause } : {}),
      ...(outputs ? { outputs } : {}),
    });
  }
  return {
    tasks: carried,
    sections: [...state.openSections.keys()].map((each) => state.graph.sections[each] as string),
  };
}

function* badlyEnded(state: DeploymentState): Generator<number> {
  for (let task = 0; task < state.graph.taskCount; task++)
    if (isReopenable(state, task) && state.task[task] !== CODE.skipped) yield task;
}

function numbersOf(state: DeploymentState, addresses: readonly string[]): readonly number[] {
  return addresses
    .map((address) => state.graph.indexOf.get(address))
    .filter((task): task is number => task !== undefined && task < state.graph.taskCount);
}
