import simulation from '../../libs/simulation/dist/index.js';
import { best, median } from './statistics.mjs';

const ROUNDS = 12;
const CALLS = 1_000_000;

/**
 * Time in the scheduler for one plan, on virtual time, without a trace: best and median of several rounds; and CPU of the
 * whole simulation, its event queue and garbage collection included. Twice: tasks that all last a second end together, so
 * that one round of decisions is about many; tasks of 1 to 10 s end one by one, which is the dearest that there is, and where the
 * stopwatch itself is looked at four times a task: `netUsPerTask` leaves that out.
 */
export function benchScheduling(plan) {
  return [
    { ends: 'together', ...measure(plan, {}) },
    { ends: 'one by one', ...measure(plan, { tasks: durations(plan.tasks) }) },
  ];
}

function measure(plan, script) {
  const wall = [];
  const cpu = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    const result = simulation.simulate(plan, { script, trace: false, stopwatch: () => performance.now() });
    const { user, system } = process.cpuUsage(before);
    if (result.outcome !== 'succeeded') throw new Error(`the simulation ended as ${result.outcome}`);
    wall.push(result.schedulingMs);
    cpu.push((user + system) / 1000);
  }
  const perTask = (ms) => (ms * 1000) / plan.tasks.length;
  let calls = 0;
  simulation.simulate(plan, { script, trace: false, stopwatch: () => calls++ });
  return {
    tasks: plan.tasks.length,
    bestMs: best(wall),
    medianMs: median(wall),
    bestUsPerTask: perTask(best(wall)),
    medianUsPerTask: perTask(median(wall)),
    // Of two calls about what is measured one falls into it.
    netUsPerTask: perTask(best(wall) - (calls / 2) * stopwatchMs()),
    cpuUsPerTask: perTask(best(cpu)),
  };
}

/** What a look at the clock costs, in milliseconds. */
function stopwatchMs() {
  const start = performance.now();
  for (let call = 0; call < CALLS; call++) performance.now();
  return (performance.now() - start) / CALLS;
}

/** The same for every run: a linear congruential sequence. */
function durations(tasks) {
  let seed = 1;
  const told = {};
  for (const { task } of tasks) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    told[task] = { duration: 1 + (seed % 9000) / 1000 };
  }
  return told;
}
