import fc from 'fast-check';
import { chooseOrder } from './choose-order';
import { generatedCase, graphTask, taskGraph } from './generated-graphs.testing';
import { simulate } from './simulate';

/** Infinity: it comes to wait for a person. */
const at = (graph: Parameters<typeof simulate>[0], firstCome = false): number => {
  const { outcome, makespan } = simulate(graph, { trace: false, firstCome });
  return outcome === 'succeeded' ? makespan * 1000 : Infinity;
};

describe('the order of choice', () => {
  it('starts what machines have most to do after, where chains alone do not tell', () => {
    // `c` has the longer chain, but all that comes after `b` runs on one machine.
    const after = (name: string, ms: number) => graphTask(`${name}@n2`, { requires: ['b@n1'], expectedMs: ms });
    const graph = taskGraph([
      graphTask('b@n1', { expectedMs: 1000 }),
      graphTask('c@n1', { expectedMs: 1500 }),
      graphTask('d@n3', { expectedMs: 500, requires: ['c@n1'] }),
      ...['e', 'f', 'g', 'h'].map((name) => after(name, 900)),
    ]);
    expect(at(graph)).toBe(6100);
    const { priorities, makespanMs } = chooseOrder(graph);
    expect(makespanMs).toBe(4600);
    expect(at({ ...graph, priorities: priorities ?? [] })).toBe(4600);
  });

  it('is left alone where no order is faster', () => {
    const chain = taskGraph([graphTask('a@n1'), graphTask('b@n2', { requires: ['a@n1'] })]);
    expect(chooseOrder(chain)).toEqual({ priorities: null, makespanMs: 2000 });
  });

  it('is no worse than first come, first served where that starts several tasks at one time', () => {
    const tasks = [
      graphTask('bridge@n0', { action: 'skip' }),
      graphTask('long@n0', { requires: ['bridge@n0'], expectedMs: 400 }),
      graphTask('quick@n0', { expectedMs: 0 }),
      graphTask('after@n1', { requires: ['quick@n0'], expectedMs: 100 }),
    ];
    expect(chooseOrder(taskGraph(tasks), { tries: 0, work: 1_000_000 }).makespanMs).toBe(400);
  });

  it('is never worse than first come, first served, nor than longest chain first, and the same every time', () => {
    fc.assert(
      fc.property(
        generatedCase(false),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 28, maxLength: 28 }),
        (it, ms) => {
          const tasks = it.graph.tasks.map((task, index) => ({ ...task, expectedMs: (ms[index] ?? 1) * 100 }));
          const graph = { ...it.graph, tasks };
          const bounds = { tries: 5, work: 100_000 };
          const chosen = chooseOrder(graph, bounds);
          const unordered = simulate(graph, { trace: false });
          fc.pre(unordered.outcome === 'succeeded');
          expect(chosen.makespanMs).toBeLessThanOrEqual(at(graph, true));
          expect(chosen.makespanMs).toBeLessThanOrEqual(unordered.makespan * 1000);
          expect(chooseOrder(graph, bounds)).toEqual(chosen);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does no more simulations than its bounds allow', () => {
    const tasks = Array.from({ length: 40 }, (_, index) =>
      graphTask(`t${index}@n${index % 4}`, {
        expectedMs: 100 + index,
        requires: index > 4 ? [`t${index - 3}@n${(index - 3) % 4}`] : [],
      }),
    );
    const graph = taskGraph(tasks);
    const free = chooseOrder(graph, { tries: 40, work: 1_000_000 });
    const none = chooseOrder(graph, { tries: 40, work: 0 });
    expect(free.makespanMs).toBeLessThanOrEqual(none.makespanMs);
    expect(none.makespanMs).toBeLessThanOrEqual(at(graph));
  });
});
