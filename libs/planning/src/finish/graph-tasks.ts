import { byCodeUnit, type GraphBarrier, type GraphTask } from '@muster/model';
import type { Digraph } from '@muster/graph';
import type { Draft, DraftTask } from '../draft/draft';

/** Tasks and barriers of the finished graph, sorted by address and by number; relations by name, sorted by code unit. */
export function graphTasks(draft: Draft, graph: Digraph): { tasks: GraphTask[]; barriers: GraphBarrier[] } {
  const names = outputNames(draft, graph);
  const order = graph.ids.map((_, vertex) => vertex).sort((a, b) => byCodeUnit(names[a] ?? '', names[b] ?? ''));
  const rank = new Int32Array(graph.ids.length);
  order.forEach((vertex, at) => {
    rank[vertex] = at;
  });
  const requires = (vertex: number): string[] =>
    [...(graph.predecessors[vertex] ?? [])]
      .sort((a, b) => (rank[a] as number) - (rank[b] as number))
      .map((before) => names[before] as string);
  const count = draft.tasks.length;
  return {
    tasks: order
      .filter((vertex) => vertex < count)
      .map((vertex) => graphTask(draft, draft.task(vertex), requires(vertex))),
    barriers: graph.ids.flatMap((_, vertex) =>
      vertex >= count && names[vertex] !== null ? [{ id: names[vertex] as string, requires: requires(vertex) }] : [],
    ),
  };
}

/** Barriers are numbered anew, those that nothing comes after have no name and are left out. */
function outputNames(draft: Draft, graph: Digraph): (string | null)[] {
  let number = 0;
  const isUsed = usedBarriers(draft, graph);
  return graph.ids.map((id, vertex) => {
    if (vertex < draft.tasks.length) return id;
    return isUsed[vertex] ? `barrier:${++number}` : null;
  });
}

/** A barrier is used if a task, or a barrier that is used, comes after it. Later barriers come after earlier ones only. */
function usedBarriers(draft: Draft, graph: Digraph): boolean[] {
  const used: boolean[] = graph.ids.map((_, vertex) => vertex < draft.tasks.length);
  for (let vertex = graph.ids.length - 1; vertex >= draft.tasks.length; vertex--)
    used[vertex] = (graph.successors[vertex] ?? []).some((after) => used[after]);
  return used;
}

function graphTask(draft: Draft, task: DraftTask, requires: readonly string[]): GraphTask {
  const { definition } = task;
  return {
    task: task.address,
    definition: definition.id,
    node: task.node,
    type: definition.type,
    action: task.action,
    reason: task.reason,
    requires,
    parameters: task.parameters,
    limit: task.limit,
    limits: task.limits,
    ...(definition.section === null ? {} : { section: definition.section }),
    ...(task.repeatOf === null ? {} : { repeatOf: task.repeatOf }),
    ...(definition.validation ? { validation: definition.validation.severity } : {}),
    expectedMs: expectedMs(draft, task),
    retries: definition.retries,
    timeoutMs: definition.timeoutMs,
    onFailure: definition.onFailure,
    idempotent: definition.idempotent,
    outputs: definition.outputs,
    files: task.action === 'skip' ? NO_FILES : draft.files.of(task),
  };
}

/** Recorded duration, else the author's hint; null if nobody knows. */
function expectedMs(draft: Draft, { definition, node }: DraftTask): number | null {
  return draft.input.recordedMs?.(definition.id, node) ?? definition.expectedMs;
}

const NO_FILES: GraphTask['files'] = [];
