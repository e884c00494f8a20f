import {
  didYouMean,
  MASTER,
  SYNC_POINT,
  taskAddress,
  type TaskReason,
  TYPES_WITHOUT_WORK,
  VALIDATIONS_GRAPH,
} from '@muster/model';
import { hasErrors } from '@muster/problems';
import type { Draft } from '../draft/draft';
import { isStaged } from '../draft/staged';
import { reach } from '../draft/reach';
import { subgraphTasks } from '../draft/subgraph';

/**
 * Partial runs: `--nodes`, `--tasks` and `--subgraph` each narrow what runs; several subgraphs add up. With `--fetch-deps`
 * whatever the chosen tasks need comes along, on other nodes too. What is not selected is skipped, and stays as a bridge.
 * Tasks of master and sync point belong to every selection of nodes.
 */
export function selectTasks(draft: Draft): void {
  const { nodes = null, tasks = null, subgraphs = null, fetchDeps = false } = draft.input.options ?? {};
  if (nodes) checkNodes(draft, nodes);
  if (tasks) checkTasks(draft, tasks);
  if (!nodes && !tasks && !subgraphs) return;
  const chosenNodes = nodes && new Set([...nodes, MASTER, SYNC_POINT]);
  const chosenTasks = tasks && new Set(tasks);
  const between = subgraphs && unionOf(draft, subgraphs);
  const reasons = draft.tasks.map((task): TaskReason | null => {
    if (chosenNodes && !chosenNodes.has(task.node)) return NODE_NOT_SELECTED;
    // They are about the deployment as a whole, however small it is.
    if (isStaged(task.definition) && draft.input.graphType !== VALIDATIONS_GRAPH) return null;
    const checked = task.definition.validation?.stage;
    const isTask =
      !chosenTasks ||
      chosenTasks.has(task.definition.id) ||
      chosenTasks.has(task.address) ||
      (task.repeatOf !== null && chosenTasks.has(task.repeatOf)) ||
      (checked !== undefined &&
        'task' in checked &&
        (chosenTasks.has(checked.task) || chosenTasks.has(taskAddress(checked.task, task.node))));
    if (!isTask) return TASK_NOT_SELECTED;
    return between && !between[task.index] ? NOT_IN_SUBGRAPH : null;
  });
  const chosen = draft.tasks.filter(({ index }) => reasons[index] === null).map(({ index }) => index);
  // A name that does not exist was reported already.
  const isAny = chosen.some(
    (index) => !isStaged(draft.task(index).definition) || draft.input.graphType === VALIDATIONS_GRAPH,
  );
  if (!isAny && !hasErrors(draft.problems)) reportNothing(draft);
  // What is skipped for a reason of its own needs nothing; an anchor that is named stands for what comes before it. Anchors
  // of the cluster that nobody named need nothing either: the last of them would fetch all nodes for any one.
  const needing = chosen.filter((index) => {
    const { action, definition, node } = draft.task(index);
    const comesAlong = !tasks && !subgraphs && node === SYNC_POINT;
    return action === 'run' || (TYPES_WITHOUT_WORK.has(definition.type) && !comesAlong);
  });
  const needed = fetchDeps ? reach(draft, needing, 'before') : null;
  for (const task of draft.tasks) {
    const reason = reasons[task.index];
    if (task.action === 'skip' || !reason) continue;
    if (needed?.[task.index]) task.reason = FETCHED;
    else [task.action, task.reason] = ['skip', reason];
  }
}

const TASK_NOT_SELECTED: TaskReason = { code: 'not-selected', text: 'Its task was not selected.' };
const NODE_NOT_SELECTED: TaskReason = { code: 'not-selected', text: 'Its node was not selected.' };
const NOT_IN_SUBGRAPH: TaskReason = { code: 'not-selected', text: 'It is not part of the subgraph that was selected.' };
const FETCHED: TaskReason = { code: 'needed', text: 'A selected task needs it.' };

/** Each of the names is known, and together they mean nothing. */
function reportNothing(draft: Draft): void {
  const { nodes, tasks, subgraphs } = draft.input.options ?? {};
  const shown = (what: string, names: readonly string[] | null | undefined): string[] =>
    names
      ? [`${what} ${names.slice(0, 5).join(', ').slice(0, 200) || '(none)'}${names.length > 5 ? ', ...' : ''}`]
      : [];
  const asked = [...shown('nodes', nodes), ...shown('tasks', tasks), ...shown('subgraphs', subgraphs)];
  draft.report('PLAN_NOTHING_SELECTED', {
    subject: `cluster ${draft.input.cluster.name}`,
    summary: `has no task in the graph ${draft.input.graphType} that is selected by ${asked.join(' and ')}, so nothing runs`,
  });
}

function unionOf(draft: Draft, subgraphs: readonly string[]): Uint8Array {
  const union = new Uint8Array(draft.tasks.length);
  for (const text of subgraphs)
    subgraphTasks(draft, text)?.forEach((is, index) => (union[index] = is || (union[index] ?? 0)));
  return union;
}

function checkNodes(draft: Draft, nodes: readonly string[]): void {
  const known = [...draft.input.cluster.nodes.map(({ name }) => name), MASTER];
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
