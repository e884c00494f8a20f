import { isTaskTransition, type TaskState } from '@muster/model';
import { invariant } from '@muster/problems';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';

/** Changes the state of a task by the table of allowed transitions; a pair outside it is a bug. */
export function setTaskState(state: DeploymentState, task: number, to: TaskState): void {
  const from = taskStateOf(state, task);
  if (from === to) return;
  invariant(isTaskTransition(from, to), `${state.graph.tasks[task]?.task} goes from ${from} to ${to} by the table`);
  (state.count[CODE[from]] as number)--;
  (state.count[CODE[to]] as number)++;
  state.task[task] = CODE[to];
}
