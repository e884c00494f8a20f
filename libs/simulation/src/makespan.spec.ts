import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { chooseOrder } from './choose-order';
import { GRAPH_FAMILIES, type FamilyGraph, type FileTask } from './graph-families.testing';
import { readGraphFile } from './graph-file';
import { makespanBound } from './makespan-bound.testing';
import { simulate } from './simulate';

function graphOf(file: unknown): NonNullable<ReturnType<typeof readGraphFile>['graph']> {
  const { graph, problems } = readGraphFile(file, 'graph.json');
  if (!graph) throw new Error(problems.map(({ summary }) => summary).join('\n'));
  return graph;
}

const SEEDS = [1, 2, 3];

describe('the makespan of graphs like those of an OpenStack', () => {
  it.each(['fuel-50-loose', 'fuel-50-capped'])('is within 2 %% of the bound at the median: %s', (family) => {
    const ratios = SEEDS.map((seed) => {
      const file = GRAPH_FAMILIES[family]?.(seed) as FamilyGraph;
      const graph = graphOf(file);
      const bound = makespanBound(file) * 1000;
      const { makespanMs } = chooseOrder(graph);
      expect(makespanMs).toBeLessThanOrEqual(simulate(graph, { trace: false, firstCome: true }).makespan * 1000);
      expect(makespanMs).toBeGreaterThan(bound - 1);
      return makespanMs / bound;
    });
    expect(ratios.sort((a, b) => a - b)[1]).toBeLessThanOrEqual(1.02);
  });
});

const folder = process.env['MUSTER_GRAPHS'] ?? resolve(__dirname, '../../../../shared/graphs');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

describe('the makespan of graphs with known bounds', () => {
  // Tables of no rows are refused.
  if (files.length === 0)
    return it('compares nothing: no graph files are given (MUSTER_GRAPHS, ../shared/graphs)', () =>
      expect(files).toEqual([]));

  it.each(files)('is never above first come, nor 2 %% above the bound where it is like an OpenStack: %s', (name) => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as FamilyGraph & { bounds: { best: number } };
    const graph = graphOf(file);
    const { makespanMs } = chooseOrder(graph);
    expect(makespanMs).toBeLessThanOrEqual(simulate(graph, { trace: false, firstCome: true }).makespan * 1000);
    expect(makespanMs).toBeGreaterThan(file.bounds.best * 1000 - 1);
    if (name.startsWith('fuel-')) expect(makespanMs / 1000).toBeLessThanOrEqual(1.02 * file.bounds.best);
  });
});

const smallGraph = fc
  .record({
    tasks: fc.array(
      fc.record({
        node: fc.integer({ min: -1, max: 2 }),
        dur: fc.integer({ min: 0, max: 9 }),
        deps: fc.array(fc.nat(), { maxLength: 2 }),
        group: fc.constantFrom(undefined, undefined, 'one', 'two'),
        priority: fc.integer({ min: 0, max: 100 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ tasks }) => ({
    priorities: tasks.map(({ priority }) => priority),
    file: {
      nodes: ['n0', 'n1', 'n2'].map((id) => ({ id, role: 'node' })),
      caps: { one: 1, two: 2 },
      tasks: tasks.map(({ node, dur, deps, group }, i): FileTask => ({
        ...{ i, name: `t${i}`, node, dur: node < 0 ? 0 : dur },
        deps: i === 0 ? [] : [...new Set(deps.map((dep) => dep % i))],
        ...(group === undefined || node < 0 ? {} : { group }),
      })),
    },
  }));

describe('the bound', () => {
  it('is above no schedule, whatever the order of choice', () => {
    let reached = 0;
    fc.assert(
      fc.property(smallGraph, ({ file, priorities }) => {
        const graph = graphOf(file);
        const bound = makespanBound(file);
        expect(simulate({ ...graph, priorities }, { trace: false }).makespan).toBeGreaterThan(bound - 1e-6);
        if (chooseOrder(graph).makespanMs / 1000 < bound + 1e-6) reached++;
      }),
      { numRuns: 500, seed: 1 },
    );
    // A bound of nothing would pass, too.
    expect(reached).toBeGreaterThan(400);
  });

  it('knows what ancestors need on one machine, where paths alone are shorter', () => {
    const task = (i: number, node: number, dur: number, deps: number[] = []): FileTask => ({
      ...{ i, name: `t${i}`, node, dur, deps },
    });
    const tasks = [task(0, 0, 3), task(1, 0, 3), task(2, 1, 2, [0, 1])];
    expect(makespanBound({ tasks, caps: {} })).toBe(8);
  });
});
