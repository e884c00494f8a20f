import { didYouMean, isJsonObject, isOutputBinding, SYNC_POINT, type Json, type JsonObject } from '@muster/model';
import { type Draft, type DraftTask, relate } from '../draft/draft';

/**
 * Output bindings in parameters (`{output: {task, node, field}}`) imply that the task comes after the one whose output it
 * takes. Without `node` that is the task on the same node, else the only one there is; the node is written into the
 * binding, so that nothing is left to be decided later.
 */
export function resolveOutputs(draft: Draft): void {
  for (const task of draft.tasks) {
    if (task.action !== 'run' || !containsBinding(task.parameters)) continue;
    const { cmd = null } = task.parameters;
    if (isOutputBinding(cmd))
      draft.report('PLAN_OUTPUT_AS_CODE', {
        subject: `task ${task.address}`,
        summary: `its command would be what ${cmd.output.task.slice(0, 80)} has put out`,
        place: task.definition.place,
      });
    task.parameters = bindObject(draft, task, task.parameters);
  }
}

function containsBinding(value: Json): boolean {
  if (Array.isArray(value)) return value.some((each: Json) => containsBinding(each));
  return isOutputBinding(value) || (isJsonObject(value) && Object.values(value).some(containsBinding));
}

function bindObject(draft: Draft, task: DraftTask, value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, bind(draft, task, member)]));
}

function bind(draft: Draft, task: DraftTask, value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => bind(draft, task, each));
  if (!isJsonObject(value)) return value;
  const { output } = value;
  if (!isOutputBinding(value) || !isJsonObject(output)) return bindObject(draft, task, value);
  const definition = String(output['task']);
  const source = sourceOf(draft, task, definition, output['node']);
  if (!source) return value;
  relate(task, 'requires', [source.index]);
  relate(task, 'takesFrom', [source.index]);
  return { output: { ...output, node: source.node } };
}

function sourceOf(draft: Draft, task: DraftTask, definition: string, node: Json | undefined): DraftTask | null {
  const all = draft.tasksOf(definition);
  const only = all.length === 1 ? all[0]?.node : undefined;
  const asked = typeof node === 'string' ? ` on ${node.slice(0, 80)}` : node === null ? ' at the sync point' : '';
  const wanted =
    typeof node === 'string'
      ? node
      : node === null
        ? SYNC_POINT
        : draft.at(definition, task.node) !== undefined
          ? task.node
          : only;
  const index = wanted === undefined ? undefined : draft.at(definition, wanted);
  if (index !== undefined && index !== task.index) return draft.task(index);
  draft.reportTask('PLAN_UNKNOWN_TASK', task, {
    summary: `takes an output of ${definition.slice(0, 80)}${asked}, which ${all.length === 0 ? 'is on no node' : 'is not one other task'}`,
    remedy: `Name a task that is there, and its node if there are several.${draft.definitions.has(definition) ? '' : didYouMean(definition, draft.definitions.keys())}`,
    place: task.definition.place,
  });
  return null;
}
