import {
  byCodeUnit,
  canonicalJson,
  isSealedSecret,
  type GraphTask,
  type SealedSecret,
  type TaskGraph,
} from '@muster/model';
import { z } from 'zod';
import { invariant } from '@muster/problems';
import { taskShape, type TaskShape } from './task-shape';

type PackedTask = readonly [shape: number, node: number, relations: readonly number[]];
type PackedBarrier = readonly [id: string, relations: readonly number[]];

/** A list that is told from what it should be without copying it: there are 100,000 tasks. */
function listOf<One>(isOne: (each: unknown) => boolean, what: string): z.ZodType<readonly One[]> {
  return z.unknown().superRefine((list, context) => {
    const at = Array.isArray(list) ? list.findIndex((each) => !isOne(each)) : 0;
    if (at >= 0) context.addIssue({ code: 'custom', message: `is no ${what}`, path: Array.isArray(list) ? [at] : [] });
  }) as z.ZodType<unknown> as z.ZodType<readonly One[]>;
}

function areNumbers(list: unknown): boolean {
  return Array.isArray(list) && list.every(isNumber);
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPackedTask(task: unknown): boolean {
  return Array.isArray(task) && task.length === 3 && isNumber(task[0]) && isNumber(task[1]) && areNumbers(task[2]);
}

function isPackedBarrier(barrier: unknown): boolean {
  if (!Array.isArray(barrier) || barrier.length !== 2) return false;
  const [id, relations] = barrier as unknown[];
  return typeof id === 'string' && id.length <= 300 && areNumbers(relations);
}

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
  tasks: listOf<PackedTask>(isPackedTask, 'task: [shape, node, relations]'),
  barriers: listOf<PackedBarrier>(isPackedBarrier, 'barrier: [name, relations]'),
  /** One for each task. A version that does not know it chooses in another order. */
  priorities: listOf<number>(Number.isFinite, 'number').optional(),
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
  // As it was sent: what a schema copies takes several times the room, for as long as the deployment runs.
  const pack = packed as PackedGraph;
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
  const leadsOut = (requires: readonly number[]): boolean => requires.some((index) => index >= names.length);
  if (
    pack.tasks.some(([, , requires]) => leadsOut(requires)) ||
    pack.barriers.some(([, requires]) => leadsOut(requires))
  )
    return { ok: false, reason: 'a relation leads out of the graph' };

  const shapes = pack.shapes.map(sharedOf);
  const resolve = (requires: readonly number[]): string[] => requires.map((index) => names[index] ?? '');
  return {
    ok: true,
    graph: {
      graphType: pack.graphType,
      cluster: pack.cluster,
      master: pack.master,
      limits: pack.limits,
      faultTolerance: pack.faultTolerance,
      // What is shared comes last: the other way round an object takes three times the room.
      tasks: pack.tasks.map(([shape, node, requires], index) => ({
        task: names[index] ?? '',
        node: pack.nodes[node] ?? '',
        requires: resolve(requires),
        ...(shapes[shape] as TaskShape),
      })),
      barriers: pack.barriers.map(([id, requires]) => ({ id, requires: resolve(requires) })),
      ...(pack.priorities ? { priorities: pack.priorities } : {}),
      ...(pack.secrets ? { secrets: pack.secrets } : {}),
    },
  };
}

/** What a later version may have put beside it is no part of what tasks share. */
function sharedOf(shape: TaskShape & Partial<GraphTask>): TaskShape {
  const { task: _task, node: _node, requires: _requires, ...shared } = shape;
  return shared;
}
