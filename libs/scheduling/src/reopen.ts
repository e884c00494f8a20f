import { CODE, type DeploymentState } from './deployment-state';
import { isQueued } from './offering';
import { isClusterAnchor, reconsider, SATISFIED, settle } from './propagate';
import { setTaskState } from './set-task-state';

/**
 * `tasks`, what failed on the machines of those, and what all of them kept from running: nothing else will bring it back.
 * Those that succeeded, or have not ended, are left out. Ascending. Cost: proportional to the tasks of the graph.
 */
export function withWhatTheyKept(state: DeploymentState, tasks: Iterable<number>): readonly number[] {
  const { graph, endCause } = state;
  const anew = new Set(tasks);
  // One failed task keeps its whole machine from going on.
  const machines = new Set([...anew].map((task) => graph.machineOf[task] as number).filter((machine) => machine >= 0));
  for (let task = 0; task < graph.taskCount; task++)
    if (state.task[task] === CODE.failed && machines.has(graph.machineOf[task] as number)) anew.add(task);
  const scope: number[] = [];
  for (let task = 0; task < graph.taskCount; task++) {
    if (!isReopenable(state, task)) continue;
    const behind = graph.indexOf.get(endCause.get(task)?.culprit ?? '');
    if (anew.has(task) || (behind !== undefined && anew.has(behind))) scope.push(task);
  }
  return scope;
}

/** It ended otherwise than by success, so that it may be done again. */
export function isReopenable(state: DeploymentState, task: number): boolean {
  const code = state.task[task];
  return (
    code === CODE.failed ||
    code === CODE.blocked ||
    code === CODE.cancelled ||
    code === CODE['not-run'] ||
    code === CODE.skipped
  );
}

/** Has tasks wait anew that had ended; what was counted of their end is taken back. Cost: proportional to the graph. */
export function reopen(state: DeploymentState, tasks: readonly number[]): void {
  const { graph, openSections } = state;
  for (const task of tasks) {
    setTaskState(state, task, 'waiting');
    state.endCause.delete(task);
    state.endedAt[task] = 0;
    // A person has looked at it: its retries count from the beginning.
    state.failures[task] = 0;
    state.losses[task] = 0;
    const section = graph.sectionOf[task] as number;
    if (section >= 0) {
      (state.sectionLeft[section] as number)++;
      const open = openSections.get(section);
      if (open?.keptBy === task) open.keptBy = null;
    }
    mendNode(state, graph.machineOf[task] as number, task);
  }
  rejudgeAnchors(state);
  recount(state);
  // What waits anew on a node that failed for another reason is left by it once more.
  const machines = new Set(tasks.map((task) => graph.machineOf[task] as number));
  for (const machine of machines)
    if (machine >= 0 && (state.nodeCulprit[machine] as number) >= 0) state.failedMachines.push(machine);
}

/** Cluster anchors that were found free to begin and have not are judged anew: what they passed over may yet succeed. */
function rejudgeAnchors(state: DeploymentState): void {
  for (let task = 0; task < state.graph.taskCount; task++)
    if (isClusterAnchor(state, task) && isQueued(state, task) && (state.attempts[task] as number) === 0)
      setTaskState(state, task, 'waiting');
}

/** The node is no longer failed if it was so because of `task`. */
function mendNode(state: DeploymentState, machine: number, task: number): void {
  if (machine < 0 || state.nodeCulprit[machine] !== task) return;
  state.nodeCulprit[machine] = -1;
  // Still there where the log is read again: whoever wrote it has acted on it.
  const queued = state.failedMachines.indexOf(machine);
  if (queued >= 0) state.failedMachines.splice(queued, 1);
  state.node[machine] = state.bootId.has(state.graph.machines[machine] ?? '') ? 'ready' : 'untouched';
  const { offsets, targets } = state.graph.groupsOfMachine;
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++)
    (state.groupFailed[targets[at] as number] as number)--;
}

/** What each vertex has still to hear of those before it, from the states alone. Too rare to be done piece by piece. */
function recount(state: DeploymentState): void {
  const { predecessors, vertexCount, taskCount, indexOf } = state.graph;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    const degree = (predecessors.offsets[vertex + 1] as number) - (predecessors.offsets[vertex] as number);
    state.unsatisfied[vertex] = degree;
    state.unended[vertex] = degree;
  }
  state.bad.fill(0);
  state.culprit.fill(-1);
  state.anchors.length = 0;
  state.toBlock.length = 0;
  for (let task = 0; task < taskCount; task++) {
    const code = state.task[task];
    if (code === CODE.succeeded || code === CODE.skipped) settle(state, task, SATISFIED);
    else if (isReopenable(state, task))
      settle(state, task, indexOf.get(state.endCause.get(task)?.culprit ?? '') ?? task);
  }
  // Those that nothing comes before have heard nothing; who has heard is not queued twice to any effect.
  for (let task = 0; task < taskCount; task++) reconsider(state, task);
}
