/**
 * How long conditions take: `node tools/bench/expressions.mjs`, after a build. The field's 175 conditions where its data are
 * (MUSTER_FUEL_DATA, ../shared/fuel), as many tasks as they make on 3 controllers and 197 computes, without and with a
 * previous state. Not a test: it says how fast, and refuses nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import conditionsLibrary from '../../libs/conditions/dist/index.js';
import { root } from './root.mjs';

const { parse } = createRequire(join(root, 'libs/catalog/package.json'))('yaml');
const { evaluateCondition, EvaluationMemo, parseExpression } = conditionsLibrary;

const NODES = 200;
const TASKS = 10_821;
const folder = process.env.MUSTER_FUEL_DATA ?? resolve(root, '../shared/fuel');
const file = join(folder, 'fuel-library-newton-tasks.yaml');
if (!existsSync(file)) {
  console.error("bench: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)");
  process.exit(1);
}

const tasks = parse(readFileSync(file, 'utf8'), { merge: true, uniqueKeys: false, maxAliasCount: -1 });
const texts = tasks.flatMap(({ condition }) => (condition?.yaql_exp ? [condition.yaql_exp] : []));
const before = performance.now();
const conditions = texts.map((text) => parseExpression('yaql', text).expression);
console.log(`reading ${conditions.length} conditions: ${(performance.now() - before).toFixed(0)} ms`);

/** Settings that have every path which the conditions read, and 300 more groups; some 12,000 lines. */
function settings() {
  const common = {};
  for (const { facts } of conditions)
    for (const { keys } of facts.paths.filter(({ root: each }) => each === '$')) {
      let at = common;
      for (const key of keys) at = at[key] ??= {};
    }
  for (let index = 0; index < 300; index++)
    common[`group_${index}`] = { enabled: true, list: [1, 2, 3], nested: { text: 'x', number: index } };
  const nodes = {};
  for (let index = 1; index <= NODES; index++) {
    const address = `192.0.2.${index % 256}`;
    const roles = ['mgmt/messaging', 'mgmt/database', 'cinder/iscsi', 'mgmt/api', 'mgmt/vip', 'swift/api'];
    nodes[`node-${index}`] = {
      uid: String(index),
      fqdn: `node-${index}.example`,
      node_roles: [index <= 3 ? 'controller' : 'compute'],
      network_roles: Object.fromEntries(roles.map((role) => [role, address])),
    };
  }
  return { ...common, network_metadata: { nodes, vips: { vrouter: {} } }, limits: null };
}

const ofNode = (common, index) => ({
  ...common,
  uid: String(index),
  fqdn: `node-${index}.example`,
  roles: [index <= 3 ? 'controller' : 'compute'],
});

function measure(name, now, previous) {
  const memo = new EvaluationMemo();
  const start = performance.now();
  let failed = 0;
  for (let index = 0; index < TASKS; index++) {
    const node = index % NODES;
    const condition = conditions[Math.floor(index / NODES) % conditions.length];
    const outcome = evaluateCondition(condition, { data: now[node], previous: previous?.[node] ?? null, memo });
    if (!outcome.ok) failed++;
  }
  const ms = performance.now() - start;
  console.log(
    `${name}: ${TASKS} conditions in ${ms.toFixed(0)} ms, ${((ms * 1000) / TASKS).toFixed(0)} us each, ${failed} failed`,
  );
}

const all = (common) => Array.from({ length: NODES }, (_, index) => ofNode(common, index + 1));
const copied = (nodes) => nodes.map((each) => JSON.parse(JSON.stringify(each)));
const now = all(settings());
measure('first run', now, null);
measure('unchanged, parts shared by nodes', now, all(settings()));
measure('unchanged, nothing shared', copied(now), copied(now));
