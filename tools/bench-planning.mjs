/**
 * Planning measured at 1,000, 10,000 and 100,000 tasks: `node tools/bench-planning.mjs` after a build.
 * The graph: 50 definitions on each node in five stages, a third of them across nodes (all-to-all), an eighth limited.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import catalog from '../libs/catalog/dist/index.js';
import planning from '../libs/planning/dist/index.js';

const DEFINITIONS = 50;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * Planning time in milliseconds (the best and the median of three), memory and size of the plan, for each number of tasks.
 * `onPlan` sees each plan, to go on with it.
 */
export function benchPlanning(sizes = [1_000, 10_000, 100_000], onPlan = () => undefined) {
  const { bundle } = catalog.parseBundle([{ path: 'tasks.yaml', text: JSON.stringify(definitions()) }], {
    manifestOptional: true,
  });
  return sizes.map((size) => {
    const input = {
      cluster: cluster(Math.max(1, Math.round(size / DEFINITIONS))),
      release: bundle,
      plugins: [],
      graphType: 'default',
      sha256,
    };
    const times = [];
    let outcome;
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      outcome = planning.plan(input);
      times.push(performance.now() - start);
    }
    const { tasks, barriers } = outcome.plan;
    const relations = [...tasks, ...barriers].reduce((sum, { requires }) => sum + requires.length, 0);
    const ms = Math.min(...times);
    onPlan(outcome.plan);
    return {
      tasks: tasks.length,
      barriers: barriers.length,
      relations,
      ms,
      medianMs: times.sort((a, b) => a - b)[1],
      microsecondsPerTask: (ms * 1000) / tasks.length,
      heapMb: process.memoryUsage().heapUsed / 1e6,
    };
  });
}

function definitions() {
  const stages = ['start', 'prepared', 'installed', 'joined', 'end'];
  const all = stages.map((id, index) => ({ id, type: 'stage', requires: index === 0 ? [] : [stages[index - 1]] }));
  for (let index = 0; index < DEFINITIONS - stages.length; index++) {
    all.push({
      id: `t${index}`,
      type: 'shell',
      roles: ['/.*/'],
      requires: [stages[Math.floor(index / 12)], ...(index % 4 === 0 ? [] : [`t${index - 1}`])],
      required_for: [stages[Math.floor(index / 12) + 1]],
      'cross-depends': index % 3 === 2 ? [{ name: `t${index - 2}` }] : [],
      parameters: { cmd: 'true', strategy: { type: 'parallel', amount: index % 8 === 0 ? 20 : null } },
    });
  }
  return all;
}

function cluster(count) {
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `n${index + 1}`,
    access: {},
    roles: [index % 10 === 0 ? 'control' : 'work'],
    tags: null,
    settings: {},
  }));
  return {
    name: 'bench',
    environment: null,
    release: null,
    plugins: [],
    taskBased: null,
    master: null,
    settings: {},
    limits: { nodesAtOnce: null },
    nodes,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const row of benchPlanning()) {
    const { tasks, barriers, relations, ms, microsecondsPerTask, heapMb } = row;
    console.log(
      `planning ${tasks} tasks: ${ms.toFixed(0)} ms, ${microsecondsPerTask.toFixed(1)} us a task, ${barriers} barriers, ${relations} relations, ${heapMb.toFixed(0)} MB heap`,
    );
  }
}
