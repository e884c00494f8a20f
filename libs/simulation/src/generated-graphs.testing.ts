import type { FaultToleranceGroup, GraphBarrier, GraphTask, TaskGraph } from '@muster/model';
import fc from 'fast-check';
import type { ScriptedEnd, SimulationScript } from './script';

/** A valid task; tests mention only what matters to them. */
export function graphTask(address: string, over: Partial<GraphTask> = {}): GraphTask {
  const at = address.lastIndexOf('@');
  return {
    task: address,
    definition: address.slice(0, at),
    node: address.slice(at + 1),
    type: address.endsWith('@sync') ? 'stage' : 'shell',
    action: 'run',
    reason: { code: 'new-node', text: 'new node' },
    requires: [],
    parameters: {},
    limit: null,
    limits: [],
    expectedMs: null,
    retries: { count: 0, delayMs: 0, backoff: 1 },
    timeoutMs: 60_000,
    onFailure: 'fail',
    idempotent: false,
    outputs: null,
    files: [],
    ...over,
  };
}

/** A valid graph of `tasks`. */
export function taskGraph(tasks: readonly GraphTask[], over: Partial<TaskGraph> = {}): TaskGraph {
  const sorted = [...tasks].sort((a, b) => (a.task < b.task ? -1 : 1));
  return {
    graphType: 'default',
    cluster: 'c',
    tasks: sorted,
    barriers: [],
    faultTolerance: [],
    limits: {},
    master: null,
    ...over,
  };
}

export interface GeneratedCase {
  readonly graph: TaskGraph;
  readonly script: SimulationScript;
}

/** Graphs with barriers, anchors, bridges, limits, retries and fault tolerance, and a script for them; `faults` off: all succeed. */
export function generatedCase(faults: boolean): fc.Arbitrary<GeneratedCase> {
  return fc
    .record({
      nodes: fc.integer({ min: 1, max: 5 }),
      tasks: fc.array(
        fc.record({
          node: fc.integer({ min: 0, max: 5 }),
          edges: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }),
          barrier: fc.boolean(),
          limits: fc.subarray(['a', 'b', 'c']),
          section: fc.constantFrom(undefined, undefined, 's', 't'),
          validation: fc.constantFrom(undefined, undefined, undefined, 'fatal' as const),
          bridge: fc.integer({ min: 0, max: 9 }),
          retries: fc.integer({ min: 0, max: 2 }),
          delay: fc.constantFrom(0, 500, 3000),
          onFailure: fc.constantFrom('fail' as const, 'fail' as const, 'skip' as const),
          idempotent: fc.boolean(),
          duration: fc.integer({ min: 0, max: 8 }),
          ends: fc.array(fc.constantFrom<ScriptedEnd>('succeeded', 'succeeded', 'failed', 'hang', 'lost'), {
            minLength: 1,
            maxLength: 3,
          }),
        }),
        { minLength: 1, maxLength: 28 },
      ),
      limits: fc.record({
        a: fc.integer({ min: 1, max: 3 }),
        b: fc.integer({ min: 1, max: 2 }),
        c: fc.integer({ min: 1, max: 4 }),
      }),
      tolerated: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }),
      drainAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      retryAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      diesAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      offline: fc.boolean(),
    })
    .map((raw) => {
      const names: string[] = raw.tasks.map(
        (task, index) => `t${String(index).padStart(2, '0')}@${task.node >= raw.nodes ? 'sync' : `n${task.node}`}`,
      );
      const barriers: GraphBarrier[] = [];
      const tasks = raw.tasks.map((task, index) => {
        // Only earlier tasks are required, so there is no circle.
        const requires =
          index === 0 ? [] : [...new Set(task.edges.map((edge) => names[edge % index] as string))].sort();
        const anchor = names[index]?.endsWith('@sync') ?? false;
        const behind =
          task.barrier && requires.length > 1
            ? [`barrier:${barriers.push({ id: `barrier:${barriers.length + 1}`, requires })}`]
            : requires;
        return graphTask(names[index] as string, {
          requires: behind,
          limits: anchor ? [] : task.limits,
          ...(anchor || task.section === undefined ? {} : { section: task.section }),
          ...(anchor || task.validation === undefined ? {} : { validation: task.validation }),
          // A cluster anchor orders, as a rule; a gate, or work of a graph file, runs there.
          action: task.bridge < (anchor ? 6 : 1) ? 'skip' : 'run',
          retries: { count: task.retries, delayMs: task.delay, backoff: 2 },
          onFailure: task.onFailure,
          // A lost task that may not run again waits for a person, who is not in the simulation.
          idempotent: faults ? true : task.idempotent,
          timeoutMs: 20_000,
        });
      });
      const faultTolerance: FaultToleranceGroup[] = raw.tolerated.map((tolerated, index) => ({
        name: `g${index}`,
        nodes: Array.from({ length: raw.nodes }, (_, node) => `n${node}`).filter((_, node) => (node + index) % 2 === 0),
        tolerated,
      }));
      const script: SimulationScript = {
        tasks: Object.fromEntries(
          raw.tasks.map((task, index) => [
            names[index],
            { duration: task.duration, attempts: faults ? task.ends : ['succeeded'] },
          ]),
        ),
        ...(faults && raw.retryAfter !== undefined ? { retryAfter: raw.retryAfter } : {}),
        ...(faults && raw.drainAfter !== undefined ? { drainAfter: raw.drainAfter } : {}),
        ...(raw.diesAfter !== undefined ? { executorDiesAfter: raw.diesAfter } : {}),
        ...(faults && raw.offline ? { offline: ['n0'] } : {}),
      };
      return { graph: taskGraph(tasks, { barriers, faultTolerance, limits: raw.limits }), script };
    });
}
