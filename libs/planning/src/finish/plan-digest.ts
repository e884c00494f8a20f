import { canonicalJson, type GraphTask, type TaskGraph } from '@muster/model';
import { withFingerprints } from '../previous/fingerprints';
import type { Draft } from '../draft/draft';
import { planGrounds } from './plan-grounds';

/**
 * `sha256:...` over everything that decides what runs: revision, bundles, graph type, options, nodes with identities,
 * tags and primaries, previous state, the resolved graph. Not over durations, reasons, problems or order of choice.
 * Cost: proportional to the graph; what tasks share is said once.
 */
export function planDigest(draft: Draft, graph: TaskGraph): string {
  const { identity = {}, sha256 } = draft.input;
  const { semantics, revision, previous, options, nodes } = planGrounds(draft);
  const shapes = new Map<string, number>();
  const shapeOf = shapesOnce(shapes);
  const text = canonicalJson({
    semantics,
    revision,
    bundles: identity.bundles ?? [],
    previous,
    options,
    nodes,
    graph: {
      type: graph.graphType,
      cluster: graph.cluster,
      master: graph.master,
      limits: graph.limits,
      faultTolerance: graph.faultTolerance,
      barriers: graph.barriers.map(({ id, requires }) => [id, requires]),
      tasks: graph.tasks.map((task) => [task.task, task.action, shapeOf(task), task.requires]),
    },
    shapes: [...shapes.keys()],
  });
  return `sha256:${sha256(text)}`;
}

/** Numbers what decides about a task, except for its name and relations; equal shapes have one number. */
function shapesOnce(shapes: Map<string, number>): (task: GraphTask) => number {
  // Most tasks of a definition share parameters and files as objects: those are told apart by number before by content.
  const numbers = new Map<unknown, number>();
  const numberOf = (value: unknown): number =>
    numbers.get(value) ?? (numbers.set(value, numbers.size), numbers.size - 1);
  const known = new Map<string, number>();
  return (task) => {
    const quick = `${task.definition} ${task.limit} ${task.limits.join()} ${numberOf(task.parameters)} ${numberOf(task.files)}`;
    const shape = known.get(quick) ?? shapeNumber(shapes, task);
    known.set(quick, shape);
    return shape;
  };
}

function shapeNumber(shapes: Map<string, number>, task: GraphTask): number {
  const {
    definition,
    type,
    parameters,
    limit,
    limits,
    section,
    repeatOf,
    validation,
    retries,
    timeoutMs,
    onFailure,
    idempotent,
    outputs,
    files,
  } = task;
  const key = canonicalJson({
    ...{ definition, type, limit, limits, retries, timeoutMs, onFailure, idempotent, outputs },
    ...(section === undefined ? {} : { section }),
    ...(repeatOf === undefined ? {} : { repeatOf }),
    ...(validation === undefined ? {} : { validation }),
    parameters: withFingerprints(parameters),
    files: files.map(({ path, digest, executable }) => [path, digest, executable]),
  });
  const number = shapes.get(key) ?? shapes.size;
  shapes.set(key, number);
  return number;
}
