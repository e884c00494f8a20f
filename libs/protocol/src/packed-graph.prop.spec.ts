import type { GraphTask, TaskGraph } from '@muster/model';
import fc from 'fast-check';
import { packGraph, unpackGraph } from './packed-graph';

const name = fc.constantFrom('n1', 'n2', 'n3', 'sync', 'master', '__proto__');
const text = fc.string({ maxLength: 8 });

const shape = fc.record({
  type: fc.constantFrom<GraphTask['type']>('shell', 'stage', 'reboot'),
  action: fc.constantFrom<GraphTask['action']>('run', 'skip'),
  reason: fc.record({ code: fc.constant<GraphTask['reason']['code']>('new-node'), text }),
  parameters: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text, { maxLength: 2 }))),
  limit: fc.option(fc.integer({ min: 1, max: 9 })),
  limits: fc.subarray(['a', 'nodes']),
  expectedMs: fc.option(fc.nat()),
  retries: fc.record({ count: fc.nat(3), delayMs: fc.nat(), backoff: fc.constantFrom(1, 1.5, 2) }),
  timeoutMs: fc.nat(),
  onFailure: fc.constantFrom<GraphTask['onFailure']>('fail', 'skip', 'pause'),
  idempotent: fc.boolean(),
  outputs: fc.constant(null),
  files: fc.constant([]),
});

/** Graphs with few shapes, so that tasks share them, and relations to tasks and barriers. */
const graph: fc.Arbitrary<TaskGraph> = fc
  .record({
    shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
    tasks: fc.array(
      fc.record({
        definition: fc.constantFrom('a', 'b', 'c'),
        node: name,
        shape: fc.nat(2),
        edges: fc.array(fc.nat()),
      }),
      { maxLength: 12 },
    ),
    barriers: fc.array(fc.array(fc.nat()), { maxLength: 3 }),
    limits: fc.dictionary(text, fc.integer({ min: 1, max: 99 })).map((more) => ({ ...more, a: 1, nodes: 2 })),
    tolerated: fc.array(fc.record({ name: text, nodes: fc.array(name), tolerated: fc.integer() }), { maxLength: 2 }),
    master: fc.option(name),
  })
  .map((raw) => {
    const addresses = [...new Set(raw.tasks.map((task) => `${task.definition}@${task.node}`))].sort();
    const vertices = [...addresses, ...raw.barriers.map((_, index) => `barrier:${index + 1}`)];
    const some = (edges: readonly number[]): string[] =>
      vertices.length === 0 ? [] : [...new Set(edges.map((edge) => vertices[edge % vertices.length] ?? ''))].sort();
    return {
      graphType: 'default',
      cluster: 'c',
      master: raw.master,
      limits: raw.limits,
      faultTolerance: raw.tolerated,
      tasks: addresses.map((task, index) => {
        const [definition = '', node = ''] = task.split('@');
        const told = raw.tasks[index];
        const shared = raw.shapes[(told?.shape ?? 0) % raw.shapes.length] as (typeof raw.shapes)[number];
        return { ...shared, task, definition, node, requires: some(told?.edges ?? []) };
      }),
      barriers: raw.barriers.map((edges, index) => ({ id: `barrier:${index + 1}`, requires: some(edges) })),
    };
  });

/** `value` as JSON has it, with one of its numbers (the one at `where`, round and round) replaced. */
function withNumberReplaced(value: unknown, where: number, by: unknown): unknown {
  const text = JSON.stringify(value);
  let count = 0;
  JSON.parse(text, (_, each: unknown) => (typeof each === 'number' ? count++ : 0, each));
  let at = 0;
  return JSON.parse(text, (_, each: unknown) => (typeof each === 'number' && at++ === where % count ? by : each));
}

describe('a packed graph', () => {
  it('gives back the graph that was packed, also through JSON', () => {
    fc.assert(
      fc.property(graph, (it) => {
        expect(unpackGraph(JSON.parse(JSON.stringify(packGraph(it))))).toEqual({ ok: true, graph: it });
      }),
      { numRuns: 500 },
    );
  });

  it('says what tasks share only once', () => {
    fc.assert(
      fc.property(graph, (it) => {
        const shapes = packGraph(it).shapes.map((each) => JSON.stringify(each));
        expect(new Set(shapes).size).toBe(shapes.length);
      }),
    );
  });

  it('reads or refuses whatever is done to one number of a pack, and never throws', () => {
    fc.assert(
      fc.property(graph, fc.nat(), fc.oneof(fc.integer(), fc.double(), fc.constant(null), text), (it, where, what) => {
        const read = unpackGraph(withNumberReplaced(packGraph(it), where, what));
        if (!read.ok) return expect(read.reason).toMatch(/\w/);
        const vertices = new Set([
          ...read.graph.tasks.map(({ task }) => task),
          ...read.graph.barriers.map(({ id }) => id),
        ]);
        for (const vertex of [...read.graph.tasks, ...read.graph.barriers])
          for (const required of vertex.requires) expect(vertices.has(required)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
