import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import simulation from '../../libs/simulation/dist/index.js';
import { root } from './root.mjs';
import { median } from './statistics.mjs';

const require = createRequire(import.meta.url);
require('../register-typescript.cjs');
const { GRAPH_FAMILIES } = require('../../libs/simulation/src/graph-families.testing.ts');
const { makespanBound } = require('../../libs/simulation/src/makespan-bound.testing.ts');

const SEEDS = [1, 2, 3];

/** Folder of graph files that stay out of the repository; null where it is absent. */
export function graphsFolder(given) {
  const folder = resolve(given ?? process.env['MUSTER_GRAPHS'] ?? join(root, '../shared/graphs'));
  return existsSync(folder) ? folder : null;
}

/**
 * Makespans on virtual time: of the order that is chosen at plan time, of first come first served, and the best known bound
 * that no order can beat; for the graph files of `folder` (null: none) and for seeded graphs of each family, medians.
 */
export function benchMakespan(folder) {
  const files = folder === null ? [] : readdirSync(folder).filter((name) => name.endsWith('.json'));
  const read = files.sort().map((name) => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    return row(name.replace(/\.json$/, ''), [measure(name, file)]);
  });
  const seeded = Object.entries(GRAPH_FAMILIES).map(([family, make]) =>
    row(
      `${family}, seeds ${SEEDS.join(' ')}`,
      SEEDS.map((seed) => measure(`${family}-${seed}`, make(seed))),
    ),
  );
  return [...read, ...seeded];
}

/** Seconds of virtual time. */
function measure(name, file) {
  const { graph, problems } = simulation.readGraphFile(file, name);
  if (!graph) throw new Error(problems.map(({ summary }) => summary).join('\n'));
  const start = performance.now();
  const chosen = simulation.chooseOrder(graph);
  return {
    tasks: graph.tasks.length,
    chosen: chosen.makespanMs / 1000,
    firstCome: simulation.simulate(graph, { trace: false, firstCome: true }).makespan,
    bound: Math.max(makespanBound(file), file.bounds?.best ?? 0),
    choosingMs: performance.now() - start,
  };
}

function row(name, measured) {
  const middle = (value) => median(measured.map(value));
  return {
    name,
    tasks: measured[0].tasks,
    chosen: middle(({ chosen }) => chosen),
    firstCome: middle(({ firstCome }) => firstCome),
    bound: middle(({ bound }) => bound),
    ratio: middle(({ chosen, bound }) => chosen / bound),
    firstComeRatio: middle(({ firstCome, bound }) => firstCome / bound),
    worseThanFirstCome: measured.filter(({ chosen, firstCome }) => chosen > firstCome).length,
    choosingMs: middle(({ choosingMs }) => choosingMs),
  };
}
