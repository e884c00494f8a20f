import { digraph, type Digraph } from '@muster/graph';
import type { Draft, DraftTask } from './draft';

/** Name of the barrier with this index. */
export function barrierId(index: number): string {
  return `barrier:${index + 1}`;
}

/** The draft as a graph: tasks first, then barriers. Sets that are not collapsed yet count pairwise; no task comes before itself. */
export function draftGraph(draft: Draft): Digraph {
  const count = draft.tasks.length;
  const ids = [...draft.tasks.map((task) => task.address), ...draft.barriers.map((_, index) => barrierId(index))];
  const ofTasks = draft.tasks.map((task) => {
    if (task.requiresSets.length === 0 && task.requiresBarriers.length === 0)
      return task.requires.filter((before) => before !== task.index);
    const before = new Set(task.requires);
    for (const set of task.requiresSets) for (const member of draft.sets.members(set)) before.add(member);
    before.delete(task.index);
    for (const barrier of task.requiresBarriers) before.add(count + barrier);
    return [...before];
  });
  const ofBarriers = draft.barriers.map(({ requires, requiresBarriers }) => [
    ...requires,
    ...requiresBarriers.map((barrier) => count + barrier),
  ]);
  return digraph(ids, [...ofTasks, ...ofBarriers]);
}

/**
 * The draft as sorted text: a line per task with type, what becomes of it and the limits that it holds slots of, under it
 * what comes before; then a line per fault-tolerance group.
 */
export function printDraft(draft: Draft): string {
  const graph = draftGraph(draft);
  const lines = graph.ids
    .map((id, vertex) => {
      const task = draft.tasks[vertex];
      const head = task ? taskLine(task) : id;
      const before = (graph.predecessors[vertex] ?? []).map((each) => graph.ids[each] as string).sort();
      return [id, [head, ...before.map((each) => `  ${each}`)].join('\n')] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const groups = draft.faultTolerance.map(
    ({ name, nodes, tolerated }) => `fault tolerance ${name}: ${tolerated} of ${nodes.join(', ')}`,
  );
  return [...lines.map(([, text]) => text), ...groups.sort()].join('\n');
}

function taskLine({ address, definition, action, limits }: DraftTask): string {
  return [address, definition.type, action, ...(limits.length > 0 ? [`holds ${limits.join(', ')}`] : [])].join(' ');
}
