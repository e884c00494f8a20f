import type { TaskGraph } from '@muster/model';

/** The graph as sorted text, made for comparing: a line per task with type and action, under it what it requires. */
export function printGraph(graph: Pick<TaskGraph, 'tasks' | 'barriers'>): string {
  const tasks = graph.tasks.map(({ task, type, action, requires }): [string, string] => [
    task,
    lines(`${task} ${type} ${action}`, requires),
  ]);
  const barriers = graph.barriers.map(({ id, requires }): [string, string] => [id, lines(id, requires)]);
  return [...tasks, ...barriers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join('\n');
}

function lines(head: string, requires: readonly string[]): string {
  return [head, ...requires.map((name) => `  ${name}`)].join('\n');
}
