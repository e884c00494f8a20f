/** A relation of the recorded graphs: `[task, node]`, null is the sync point. */
type Recorded = readonly [string, string | null];

export interface RecordedTask {
  readonly id: string;
  readonly type: string;
  readonly requires?: readonly Recorded[];
  readonly required_for?: readonly Recorded[];
}

/** Vertices (`address`, `skipped` where the field says so) and relations (`before > after`) of a recorded graph, sorted. */
export function recordedGraph(graph: Readonly<Record<string, readonly RecordedTask[]>>): {
  vertices: string[];
  relations: string[];
} {
  const vertices: string[] = [];
  const relations = new Set<string>();
  for (const [node, tasks] of Object.entries(graph)) {
    for (const task of tasks) {
      const own = address(task.id, node);
      vertices.push(`${own} ${task.type === 'skipped' ? 'skip' : 'run'}`);
      for (const [id, at] of task.requires ?? []) relations.add(`${address(id, at)} > ${own}`);
      for (const [id, at] of task.required_for ?? []) relations.add(`${own} > ${address(id, at)}`);
    }
  }
  return { vertices: vertices.sort(), relations: [...relations].sort() };
}

function address(id: string, node: string | null): string {
  return `${id}@${node === null || node === 'null' ? 'sync' : node}`;
}
