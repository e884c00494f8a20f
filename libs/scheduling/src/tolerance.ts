import { CODE, type DeploymentState } from './deployment-state';

/** True if more nodes of the group (its number in the graph's order) failed than are tolerated. */
export function isExceeded(state: DeploymentState, group: number): boolean {
  return (state.groupFailed[group] as number) > (state.graph.source.faultTolerance[group]?.tolerated ?? 0);
}

/** True if the node belongs to a group whose tolerance was declared (one never declared is larger than its group) and not passed. */
export function isNodeTolerated(state: DeploymentState, machine: number): boolean {
  if (machine < 0) return false;
  const { offsets, targets } = state.graph.groupsOfMachine;
  let declared = false;
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++) {
    const group = targets[at] as number;
    if (isExceeded(state, group)) return false;
    const { nodes, tolerated } = state.graph.source.faultTolerance[group] ?? { nodes: [], tolerated: 0 };
    if (tolerated <= nodes.length) declared = true;
  }
  return declared;
}

/** True if every predecessor of `anchor` that did not succeed, seen through barriers, is on a tolerated node. Wants all of them ended. */
export function isTolerated(state: DeploymentState, anchor: number): boolean {
  const { predecessors, taskCount } = state.graph;
  const seen = new Set<number>();
  const stack = [anchor];
  for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
    for (let at = predecessors.offsets[vertex] as number; at < (predecessors.offsets[vertex + 1] as number); at++) {
      const before = predecessors.targets[at] as number;
      if (seen.has(before)) continue;
      seen.add(before);
      if (before >= taskCount) {
        stack.push(before);
        continue;
      }
      if (!isWell(state, before) && !isOnIntactNode(state, before)) return false;
    }
  }
  return true;
}

export function isWell(state: DeploymentState, task: number): boolean {
  return state.task[task] === CODE.succeeded || state.task[task] === CODE.skipped;
}

/** True if the task's node is counted in a fault-tolerance group and none of its groups is exceeded. */
export function isOnIntactNode(state: DeploymentState, task: number): boolean {
  const { machineOf, groupsOfMachine: groups } = state.graph;
  const machine = machineOf[task] as number;
  if (machine < 0) return false;
  const [from, to] = [groups.offsets[machine] as number, groups.offsets[machine + 1] as number];
  for (let at = from; at < to; at++) if (isExceeded(state, groups.targets[at] as number)) return false;
  return to > from;
}
