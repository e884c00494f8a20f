/**
 * `npm run bench`: builds, then measures planning, scheduling, how good the chosen order is (`makespan`), planning of a real
 * OpenStack (needs the field's task definitions, see examples/openstack-newton), linting of bundles made to take long,
 * what idle services cost, whole deployments on 50 embedded nodes, the API with 1,000 nodes and 100 clusters, and a flood of events. Linux.
 * Options: `-o json` (on stdout), `--only` with some of `PARTS`, `--graphs FOLDER` (graph files for `makespan`, else
 * MUSTER_GRAPHS, else ../shared/graphs), `--profile FOLDER` (CPU profiles), for `events` `--rate` (events a second),
 * `--seconds`, and `--planners 1,2` (once with each number of planners), for `memory` `--tasks` and `--shell-every` (1: every
 * task runs a command, which takes some ten times as long).
 * Leaves nothing running and nothing behind; takes about eight minutes. Not a test: it says how fast, and refuses nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { killAll } from './bench/background.mjs';
import { printResult } from './bench/print-table.mjs';
import { root } from './bench/root.mjs';

const PARTS = [
  'planning',
  'scheduling',
  'makespan',
  'fuel',
  'lint',
  'memory',
  'idle',
  'embedded',
  'production',
  'api',
  'events',
];
const { values } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'table' },
    only: { type: 'string', default: PARTS.join(',') },
    graphs: { type: 'string' },
    profile: { type: 'string' },
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '40' },
    planners: { type: 'string', default: '1,2' },
    tasks: { type: 'string', default: '100000' },
    'shell-every': { type: 'string', default: '20' },
  },
});
const wanted = values.only.split(',');
const profile = values.profile && resolve(values.profile);
const say = (text) => process.stderr.write(`bench: ${text}\n`);

let folder = null;
process.once('exit', () => {
  killAll();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.once(signal, () => process.exit(code));

async function main() {
  if (wanted.some((part) => !PARTS.includes(part)) || !['table', 'json'].includes(values.output)) {
    say(`usage: npm run bench -- [-o table|json] [--only ${PARTS.join(',')}] [--graphs FOLDER] [--profile FOLDER]`);
    return 1;
  }
  say('building');
  const built = spawnSync(process.execPath, [join(root, 'tools/build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) return 1;
  folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  const result = { date: new Date().toISOString(), machine: machine() };
  if (wanted.includes('planning') || wanted.includes('scheduling')) {
    say('planning and scheduling');
    const { benchPlanning } = await import('./bench-planning.mjs');
    const { benchScheduling } = await import('./bench/scheduling.mjs');
    const scheduling = [];
    const schedule = (plan) => wanted.includes('scheduling') && scheduling.push(...benchScheduling(plan));
    const planning = benchPlanning(undefined, schedule);
    if (wanted.includes('planning')) result.planning = planning;
    if (scheduling.length > 0) result.scheduling = scheduling;
  }
  if (wanted.includes('makespan')) result.makespan = await benchMakespans();
  if (wanted.includes('fuel')) result.fuel = await benchFuel();
  if (wanted.includes('lint')) {
    say('reading and linting hostile bundles');
    const { benchLint } = await import('./bench/lint.mjs');
    result.lint = benchLint();
  }
  const { benchEndToEnd } = await import('./bench/end-to-end.mjs');
  const services = await import('./bench/services.mjs');
  if (wanted.includes('memory')) {
    const tasks = Number(values.tasks);
    say(`memory with ${tasks} tasks`);
    const { benchMemory } = await import('./bench/memory.mjs');
    const startServices = (inside) => services.startProduction(inside, profile);
    const shellEvery = Number(values['shell-every']);
    result.memory = await benchMemory({ folder: join(folder, 'memory'), tasks, shellEvery, startServices, say });
  }
  if (wanted.includes('idle')) {
    say('idle services');
    const { benchIdle } = await import('./bench/idle.mjs');
    result.idle = await benchIdle(join(folder, 'idle'), (inside) => services.startProduction(inside, profile));
  }
  const starts = { embedded: services.startEmbedded, production: services.startProduction };
  for (const [kind, start] of Object.entries(starts).filter(([name]) => wanted.includes(name))) {
    say(`deployments, ${kind}`);
    result.endToEnd = {
      ...result.endToEnd,
      [kind]: await benchEndToEnd(join(folder, kind), (inside) => start(inside, profile)),
    };
  }
  if (wanted.includes('api')) {
    say('the API with 1,000 nodes and 100 clusters');
    const { benchApi } = await import('./bench/api.mjs');
    result.api = await benchApi(join(folder, 'api'), profile);
  }
  if (wanted.includes('events')) {
    const { benchEvents } = await import('./bench/events.mjs');
    const [rate, seconds] = [values.rate, values.seconds].map(Number);
    result.events = [];
    for (const planners of values.planners.split(',').map(Number)) {
      say(`${rate} events a second for ${seconds} s, ${planners} planners`);
      const inside = join(folder, `events-${planners}`);
      result.events.push(await benchEvents({ folder: inside, planners, rate, seconds, profile, say }));
    }
  }
  if (values.output === 'json') process.stdout.write(`${JSON.stringify(result)}\n`);
  else printResult(result);
  return 0;
}

async function benchMakespans() {
  const { benchMakespan, graphsFolder } = await import('./bench/makespan.mjs');
  const graphs = graphsFolder(values.graphs);
  if (!graphs) {
    if (values.graphs) throw new Error(`there is no folder ${values.graphs}`);
    say('no folder of graph files (--graphs, MUSTER_GRAPHS, ../shared/graphs): seeded graphs only');
  }
  say('makespans of chosen orders');
  return benchMakespan(graphs);
}

/** Null where the field's task definitions are absent. */
async function benchFuel() {
  const { benchFuelPlanning, fuelFolder } = await import('./bench/fuel-planning.mjs');
  const data = fuelFolder();
  if (!data) {
    say("the field's task definitions are absent (MUSTER_FUEL_DATA, ../shared/fuel): planning with them is left out");
    return null;
  }
  say('planning a real OpenStack');
  return benchFuelPlanning(data, profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []);
}

function machine() {
  const all = cpus();
  return {
    cpus: all.length,
    cpu: all[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    load: loadavg()[0].toFixed(1),
  };
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(error.message);
    process.exit(1);
  },
);
