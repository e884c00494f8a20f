import { didYouMean, MASTER, SYNC_POINT, type TaskReason } from '@muster/model';
import type { Draft } from '../draft/draft';

/** `--nodes` and `--tasks`: what is not selected is skipped, and stays as a bridge. Master and sync point belong to every node. */
export function selectTasks(draft: Draft): void {
  const { nodes = null, tasks = null } = draft.input.options ?? {};
  if (nodes) checkNodes(draft, nodes);
  if (tasks) checkTasks(draft, tasks);
  if (!nodes && !tasks) return;
  const chosenNodes = nodes && new Set([...nodes, MASTER, SYNC_POINT]);
  const chosenTasks = tasks && new Set(tasks);
  for (const task of draft.tasks) {
    if (task.action === 'skip') continue;
    const isOnNode = !chosenNodes || chosenNodes.has(task.node);
    const isTask = !chosenTasks || chosenTasks.has(task.definition.id) || chosenTasks.has(task.address);
    if (isOnNode && isTask) continue;
    task.action = 'skip';
    task.reason = isOnNode ? TASK_NOT_SELECTED : NODE_NOT_SELECTED;
  }
}

const TASK_NOT_SELECTED: TaskReason = { code: 'not-selected', text: 'Its task was not selected.' };
const NODE_NOT_SELECTED: TaskReason = { code: 'not-selected', text: 'Its node was not selected.' };

function checkNodes(draft: Draft, nodes: readonly string[]): void {
  const known = [...draft.places.names, MASTER];
  for (const node of nodes.filter((each) => !known.includes(each))) {
    draft.report('PLAN_UNKNOWN_NODE', {
      subject: `node ${node.slice(0, 80)}`,
      summary: `was selected, and the cluster ${draft.input.cluster.name} has no such node`,
      remedy: `Correct the name.${didYouMean(node, known)}`,
    });
  }
}

function checkTasks(draft: Draft, tasks: readonly string[]): void {
  for (const task of tasks) {
    const at = task.lastIndexOf('@');
    const exists =
      draft.definitions.has(task) || (at > 0 && draft.at(task.slice(0, at), task.slice(at + 1)) !== undefined);
    if (exists) continue;
    draft.report('PLAN_UNKNOWN_TASK', {
      subject: `task ${task.slice(0, 80)}`,
      summary: `was selected, and the graph ${draft.input.graphType} has no such task`,
      remedy: `Correct the name.${didYouMean(task, draft.definitions.keys())}`,
    });
  }
}
