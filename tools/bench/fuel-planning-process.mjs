/** `node fuel-planning-process.mjs FOLDER COMPUTES`: one size measured, the result as JSON on stdout. See fuel-planning.mjs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import catalog from '../../libs/catalog/dist/index.js';
import planning from '../../libs/planning/dist/index.js';
import protocol from '../../libs/protocol/dist/index.js';
import { best, median } from './statistics.mjs';

const ROUNDS = 3;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const require = createRequire(import.meta.url);
require('../register-typescript.cjs');
const { newtonCluster, withComputes, withSetting } = require('../../libs/planning/src/fuel-cluster.testing.ts');

const [folder, computes] = process.argv.slice(2);
const release = readRelease(readFileSync(join(folder, 'fuel-library-newton-tasks.yaml'), 'utf8'));
const cluster = withComputes(newtonCluster(), Number(computes));
const changed = withSetting(cluster, 'external_ntp.ntp_list', ['ntp4.example']);

const withoutConditions = measure({ cluster, release: bare(release) });
const first = measure({ cluster, release });
const second = measure({ cluster: changed, release }, cluster);
// Taken before relations are counted one by one, which no deployment does.
const peakMemoryMb = process.resourceUsage().maxRSS / 1000;
const raw = planned({ cluster, release: bare(release), options: { raw: true } });
process.stdout.write(
  JSON.stringify({
    nodes: cluster.nodes.length - 1,
    rawRelations: raw && relationsOf(raw),
    withoutConditions,
    first,
    second,
    peakMemoryMb,
  }),
);

/** Wall time and CPU in milliseconds (garbage collection included); size of the plan; bytes of the message to an executor. */
function measure(input, before) {
  const times = [];
  const cpu = [];
  let plan;
  for (let round = 0; round < ROUNDS; round++) {
    const [start, usage] = [performance.now(), process.cpuUsage()];
    plan = planned(input, before);
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(usage);
    cpu.push((user + system) / 1000);
  }
  return {
    bestMs: best(times),
    medianMs: median(times),
    cpuMs: best(cpu),
    tasks: plan.tasks.length,
    running: plan.tasks.filter(({ action }) => action === 'run').length,
    relations: relationsOf(plan),
    messageBytes: gzipSync(JSON.stringify(protocol.packGraph(plan))).length,
  };
}

/** Null for a raw plan that is refused for its size. */
function planned(input, before) {
  const previous = before && planning.asSucceeded(before, input.release, [], sha256);
  const states = previous
    ? { previous: previous.states, previousPrimaries: previous.primaries, identity: { previous: previous.used } }
    : {};
  const outcome = planning.plan({ ...input, ...states, plugins: [], graphType: 'default', sha256 });
  if (!outcome.plan && !input.options?.raw) throw new Error(outcome.problems.map(({ summary }) => summary).join('\n'));
  return outcome.plan;
}

function relationsOf({ tasks, barriers }) {
  return [...tasks, ...barriers].reduce((sum, { requires }) => sum + requires.length, 0);
}

function readRelease(text) {
  const { bundle, problems } = catalog.parseBundle([{ path: 'tasks.yaml', text }], { manifestOptional: true });
  if (!bundle) throw new Error(problems.map(({ summary }) => summary).join('\n'));
  return bundle;
}

/** Its definitions without conditions and parameters. */
function bare(bundle) {
  const graphs = bundle.graphs.map((graph) => ({
    ...graph,
    definitions: graph.definitions.map((definition) => ({ ...definition, condition: null, parameters: {} })),
  }));
  return { ...bundle, graphs };
}
