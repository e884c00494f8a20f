import { byCodeUnit, canonicalJson, isSealedSecret, type SealedSecret, type TaskGraph } from '@muster/model';
import { z } from 'zod';
import { invariant } from '@muster/problems';
import { taskShape, type TaskShape } from './task-shape';

/**
 * A task graph as it travels: what tasks share is said once, relations are numbers. Much smaller than the graph itself,
 * and compresses well. A relation below `tasks.length` is a task, from there on a barrier.
 */
const packedGraph = z.object({
  v: z.literal(1),
  graphType: z.string().max(128),
  cluster: z.string().max(128),
  master: z.string().max(128).nullable(),
  limits: z.record(z.string(), z.int().min(1)),
  faultTolerance: z.array(z.object({ name: z.string(), nodes: z.array(z.string()), tolerated: z.int() })),
  nodes: z.array(z.string().max(200)),
  shapes: z.array(taskShape),
  /** [shape, node, relations]. */
  tasks: z.array(z.tuple([z.int().min(0), z.int().min(0), z.array(z.int().min(0))])),
  barriers: z.array(z.tuple([z.string().max(300), z.array(z.int().min(0))])),
  /** One for each task. A version that does not know it chooses in another order. */
  priorities: z.array(z.number()).optional(),
  /** A version that does not know it masks less. */
  secrets: z
    .array(z.object({ place: z.string().max(200).nullable(), secret: z.custom<SealedSecret>(isSealedSecret) }))
    .optional(),
});
export type PackedGraph = z.infer<typeof packedGraph>;

/** Packs `graph`. Equal graphs give equal packs. Cost: proportional to tasks, relations and parameters. */
export function packGraph(graph: TaskGraph): PackedGraph {
  const nodes = [...new Set(graph.tasks.map((task) => task.node))].sort(byCodeUnit);
  const nodeIndex = new Map(nodes.map((node, index) => [node, index]));
  const vertexIndex = new Map<string, number>();
  graph.tasks.forEach((task, index) => vertexIndex.set(task.task, index));
  graph.barriers.forEach((barrier, index) => vertexIndex.set(barrier.id, graph.tasks.length + index));
  const relations = (requires: readonly string[]): number[] =>
    requires.map((name) => {
      const index = vertexIndex.get(name);
      invariant(index !== undefined, `relation to ${name} leads into the graph`);
      return index;
    });

  const shapes: TaskShape[] = [];
  const shapeIndex = new Map<string, number>();
  const tasks = graph.tasks.map((task): [number, number, number[]] => {
    const { task: _address, node, requires, ...shape } = task;
    const key = canonicalJson(shape);
    let index = shapeIndex.get(key);
    if (index === undefined) {
      index = shapes.push(shape) - 1;
      shapeIndex.set(key, index);
    }
    return [index, nodeIndex.get(node) ?? 0, relations(requires)];
  });
  return {
    v: 1,
    graphType: graph.graphType,
    cluster: graph.cluster,
    master: graph.master,
    limits: { ...graph.limits },
    faultTolerance: graph.faultTolerance.map((group) => ({ ...group, nodes: [...group.nodes] })),
    nodes,
    shapes,
    tasks,
    barriers: graph.barriers.map((barrier) => [barrier.id, relations(barrier.requires)]),
    ...(graph.priorities ? { priorities: [...graph.priorities] } : {}),
    ...(graph.secrets ? { secrets: [...graph.secrets] } : {}),
  };
}

/** The graph that was packed, or a sentence saying what is wrong with the pack. Checks that each number leads somewhere; circles are not looked for. */
export function unpackGraph(packed: unknown): { ok: true; graph: TaskGraph } | { ok: false; reason: string } {
  const read = packedGraph.safeParse(packed);
  if (!read.success)
    return {
      ok: false,
      reason: `invalid packed graph: ${read.error.issues[0]?.path.map(String).join('.')}: ${read.error.issues[0]?.message}`,
    };
  const pack = read.data;
  if (pack.shapes.some(({ limits }) => limits.some((key) => !Object.hasOwn(pack.limits, key))))
    return { ok: false, reason: 'a task takes a slot of a limit that has no size' };
  const names: string[] = [];
  for (const [shape, node] of pack.tasks) {
    const definition = pack.shapes[shape]?.definition;
    const at = pack.nodes[node];
    if (definition === undefined || at === undefined)
      return { ok: false, reason: 'a task names a shape or node that is not there' };
    names.push(`${definition}@${at}`);
  }
  for (const [id] of pack.barriers) names.push(id);
  if (pack.priorities && pack.priorities.length !== pack.tasks.length)
    return { ok: false, reason: 'there are not as many priorities as tasks' };
  if (new Set(names).size !== names.length) return { ok: false, reason: 'a task or barrier is there twice' };
  const all = [...pack.tasks.map(([, , requires]) => requires), ...pack.barriers.map(([, requires]) => requires)];
  if (all.some((requires) => requires.some((index) => index >= names.length)))
    return { ok: false, reason: 'a relation leads out of the graph' };

  const resolve = (requires: readonly number[]): string[] => requires.map((index) => names[index] ?? '');
  return {
    ok: true,
    graph: {
      graphType: pack.graphType,
      cluster: pack.cluster,
      master: pack.master,
      limits: pack.limits,
      faultTolerance: pack.faultTolerance,
      tasks: pack.tasks.map(([shape, node, requires], index) => ({
        ...(pack.shapes[shape] as TaskShape),
        task: names[index] ?? '',
        node: pack.nodes[node] ?? '',
        requires: resolve(requires),
      })),
      barriers: pack.barriers.map(([id, requires]) => ({ id, requires: resolve(requires) })),
      ...(pack.priorities ? { priorities: pack.priorities } : {}),
      ...(pack.secrets ? { secrets: pack.secrets } : {}),
    },
  };
}
