import { isTaskTransition, TASK_STATES, type TaskState } from '@muster/model';
import { invariant } from '@muster/problems';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';

const STATES = TASK_STATES.length;
/** The table of allowed transitions by number, from row to column. */
const ALLOWED = Uint8Array.from({ length: STATES * STATES }, (_, pair) =>
  Number(
    isTaskTransition(TASK_STATES[Math.floor(pair / STATES)] as TaskState, TASK_STATES[pair % STATES] as TaskState),
  ),
);

/** Changes the state of a task by the table of allowed transitions; a pair outside it is a bug. */
export function setTaskState(state: DeploymentState, task: number, to: TaskState): void {
  const from = state.task[task] as number;
  const code = CODE[to];
  if (from === code) return;
  if (ALLOWED[from * STATES + code] !== 1)
    invariant(false, `${state.graph.tasks[task]?.task} goes from ${taskStateOf(state, task)} to ${to} by the table`);
  (state.count[from] as number)--;
  (state.count[code] as number)++;
  state.task[task] = code;
}
