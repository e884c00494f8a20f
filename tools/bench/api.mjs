import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startWorker } from './background.mjs';
import { applyCluster, connect, numbered, publishRelease } from './many-nodes.mjs';
import { cpuMs } from './process-cost.mjs';
import { root } from './root.mjs';
import { startPlanners } from './services.mjs';
import { percentile } from './statistics.mjs';

const NODES = 1000;
const CLUSTERS = 100;
/** One large cluster, the others of five nodes each. */
const LARGE_NODES = 505;
const SMALL_NODES = 5;
const TASKS = 3;
/** Of every cluster, each deploying all of it. */
const TRANSACTIONS = 3;
/** Of every cluster, beside the first. */
const REVISIONS = 9;
const REQUESTS = 150;
const AT_ONCE = 2;
const WARM_UP = 10;
const EVENTS_PER_SECOND = 5000;

/**
 * What operators and the console read, with 1,000 nodes in 100 clusters that have revisions and transactions: milliseconds from
 * request to the last byte, two requests at a time, and the planner's own time.
 */
export async function benchApi(folder, profile) {
  mkdirSync(folder, { recursive: true });
  const services = await startPlanners(folder, 1, profile);
  try {
    const client = connect(services);
    const tasks = await publishRelease({ folder, ...services }, TASKS);
    const nodes = await describe(client);
    for (let round = 0; round < TRANSACTIONS; round++) await deployAll(client, services, nodes, tasks);
    const [newest] = await take(client.transactions.list({ cluster: 'c0001' }), 1);
    const load = loadavg()[0];
    const routes = [];
    for (const [name, path] of requests(newest.transaction)) routes.push(await measure(services, name, path));
    return {
      ...{ nodes: NODES, clusters: CLUSTERS, revisions: CLUSTERS * (REVISIONS + 1) },
      ...{ transactions: CLUSTERS * TRANSACTIONS, atOnce: AT_ONCE, load, routes },
    };
  } finally {
    for (const each of services.stop) await each.stop();
  }
}

/** Clusters with nodes and revisions; gives the nodes of each. */
async function describe(client) {
  const names = numbered('n', NODES);
  const nodes = Object.fromEntries(
    numbered('c', CLUSTERS).map((cluster, index) => {
      const from = index === 0 ? 0 : LARGE_NODES + (index - 1) * SMALL_NODES;
      return [cluster, names.slice(from, from + (index === 0 ? LARGE_NODES : SMALL_NODES))];
    }),
  );
  for (const [cluster, its] of Object.entries(nodes)) {
    await applyCluster(client, cluster, its, (name, index) => ({
      ...(index % 10 === 0 ? { tags: ['work', 'edge'] } : {}),
      settings: { port: 8000 + index, motd: `welcome to ${name}` },
    }));
    for (let revision = 0; revision < REVISIONS; revision++) {
      const patch = { settings: { port: 1000 + revision }, nodes: { [its[0]]: { settings: { port: revision } } } };
      await client.clusters.patch(cluster, patch, { reason: `change ${revision}` });
    }
  }
  return nodes;
}

/** A transaction of each cluster, carried out by a stand-in. */
async function deployAll(client, { env }, nodes, tasks) {
  const source = startWorker(join(root, 'tools/bench/event-source.mjs'), {
    ...{ name: 'outbox', amqp: env.MUSTER_AMQP_URL, expected: CLUSTERS, nodes, tasks, rate: EVENTS_PER_SECOND },
  });
  try {
    await source.told('ready');
    for (const cluster of Object.keys(nodes)) await client.transactions.start({ cluster, force: true });
    await source.told('started');
    source.tell({ go: true });
    await source.told('done');
    while ((await take(client.transactions.list({ state: ['running', 'pending'] }), 1)).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    source.stop();
  }
}

async function take(items, count) {
  const found = [];
  for await (const item of items) if (found.push(item) >= count) break;
  return found;
}

const cursor = (...key) => Buffer.from(JSON.stringify(key)).toString('base64url');

function requests(transaction) {
  return [
    ['clusters: list', 'clusters?limit=100'],
    ['clusters: a page of 20', `clusters?limit=20&cursor=${cursor('c0050')}`],
    ['nodes: list, 100', 'nodes?limit=100'],
    ['nodes: list, 1,000', 'nodes?limit=1000'],
    ['nodes: a page of 100', `nodes?limit=100&cursor=${cursor('n0500')}`],
    ['nodes: of a cluster', 'nodes?cluster=c0001&limit=100'],
    ['nodes: by tag', 'nodes?tag=edge&limit=100'],
    ['nodes: by state', 'nodes?state=ready,error&limit=100'],
    ['nodes: by text', 'nodes?text=n09&limit=100'],
    ['transactions: list', 'transactions?limit=100'],
    ['transactions: of a cluster', 'transactions?cluster=c0042&limit=100'],
    ['transactions: by state', 'transactions?state=succeeded&limit=100'],
    ['a transaction of 1,515 tasks', `transactions/${transaction}`],
    ['attempts of it: a page', `transactions/${transaction}/attempts?limit=100`],
    ['revisions: list', 'clusters/c0001/revisions?limit=100'],
    ['diff, 5 nodes', 'clusters/c0042/diff?from=1&to=head'],
    ['diff, 505 nodes', 'clusters/c0001/diff?from=1&to=head'],
    ['a cluster of 505 nodes', 'clusters/c0001'],
    ['effective settings of a node', 'clusters/c0001/effective?node=n0100'],
    ['events: a page of 100', 'events?limit=100&after=3000'],
    ['events: of a cluster', 'events?limit=100&cluster=c0042'],
    ['audit: a page', 'audit?limit=100'],
  ];
}

/** Requests of one kind, so many at once. */
async function measure({ url, token, planners: [planner] }, name, path) {
  let bytes = 0;
  const ask = async () => {
    const from = performance.now();
    const response = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text.slice(0, 300)}`);
    bytes = text.length;
    return performance.now() - from;
  };
  for (let index = 0; index < WARM_UP; index++) await ask();
  const before = cpuMs(planner.pid);
  const times = [];
  let left = REQUESTS;
  const work = async () => {
    while (left-- > 0) times.push(await ask());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    ...{ name, path, kib: bytes / 1024, cpuMs: (cpuMs(planner.pid) - before) / REQUESTS },
    ...{ p50: percentile(times, 0.5), p95: percentile(times, 0.95), max: Math.max(...times) },
  };
}
