import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { startWorker } from './background.mjs';
import { applyCluster, connect, numbered, publishRelease } from './many-nodes.mjs';
import { cpuMs, descendantsNamed } from './process-cost.mjs';
import { root } from './root.mjs';
import { startPlanners } from './services.mjs';

const CLUSTERS = 10;
const NODES_PER_CLUSTER = 100;
const READERS = 10;
const EVENTS_PER_TASK = 3;
/** What is behind after that has not been sustained. */
const PATIENCE_MS = 240_000;
const SAMPLE_MS = 500;

const { Client } = createRequire(join(root, 'libs/storage/package.json'))('pg');

/**
 * Ten deployments of 100 nodes each, whose events (three a task, each stored for itself, batched by the executor's outbox) come at
 * `rate` a second for `seconds`, through RabbitMQ into PostgreSQL by as many planners, with ten readers of the feed. Tells
 * the rate reached, how far PostgreSQL was behind at the end, what each process used, and how late readers were.
 */
export async function benchEvents({ folder, planners: count, rate, seconds, profile, say }) {
  mkdirSync(folder, { recursive: true });
  // As in production; a PostgreSQL of tests has it off. One of the environment stays as it is.
  process.env.MUSTER_TEST_DATABASE_SETTINGS ??= 'fsync=on';
  const services = await startPlanners(folder, count, profile);
  const workers = [];
  const database = new Client({ connectionString: services.env.MUSTER_DATABASE_URL });
  try {
    await database.connect();
    const one = async (sql) => Object.values((await database.query(sql)).rows[0])[0];
    const isSafe = (await one('SHOW fsync')) === 'on';
    const client = connect(services);
    const tasks = await publishRelease(
      { folder, ...services },
      Math.round((rate * seconds) / (CLUSTERS * NODES_PER_CLUSTER * EVENTS_PER_TASK)),
    );
    const all = numbered('n', CLUSTERS * NODES_PER_CLUSTER);
    const nodes = Object.fromEntries(
      numbered('c', CLUSTERS).map((cluster, index) => [
        cluster,
        all.slice(index * NODES_PER_CLUSTER, (index + 1) * NODES_PER_CLUSTER),
      ]),
    );
    say(`${CLUSTERS} clusters of ${NODES_PER_CLUSTER} nodes with ${tasks.length} tasks each`);
    const source = startWorker(join(root, 'tools/bench/event-source.mjs'), {
      name: 'outbox',
      ...{ amqp: services.env.MUSTER_AMQP_URL, expected: CLUSTERS, nodes, tasks, rate },
    });
    workers.push(source);
    await source.told('ready');
    for (const [cluster, names] of Object.entries(nodes)) {
      await applyCluster(client, cluster, names);
      await client.transactions.start({ cluster });
    }
    await source.told('started');
    await settle(one);
    const before = Number(await one('SELECT last FROM planner.feed_sequence'));
    const readers = startWorker(join(root, 'tools/bench/event-readers.mjs'), {
      name: 'readers',
      urls: Array.from({ length: READERS }, (_, index) => services.planners[index % count].ready.url),
      ...{ token: services.token, after: before },
    });
    workers.push(readers);
    for (let index = 0; index < READERS; index++) await readers.told('reading');

    const processes = [...services.planners, source, readers].map(({ name, pid }) => [name, () => [pid]]);
    for (const name of ['postgres', 'beam.smp']) processes.push([name, () => descendantsNamed(name)]);
    const usedBefore = processes.map(([, pids]) => used(pids()));
    say('events');
    const startedAt = performance.now();
    const load = loadavg()[0];
    source.tell({ go: true });
    const total = CLUSTERS * (NODES_PER_CLUSTER * tasks.length * EVENTS_PER_TASK + 4);
    const applied = follow(one, startedAt, total);
    const offered = await source.told('done');
    const behind = offered.events - (await applied.now());
    const storedMs = await applied.all;
    const upTo = await feedEnd(one);
    readers.tell({ upTo });
    const seen = await readers.told('done');
    const cpu = processes.map(([name, pids], index) => ({
      name,
      usPerEvent: ((used(pids()) - usedBefore[index]) * 1000) / total,
    }));
    await check(one, total, tasks.length);
    return {
      ...{ planners: count, rate, isSafe, load, readers: READERS },
      events: offered.events,
      feedEvents: upTo - before,
      offeredPerSecond: Math.round((offered.events * 1000) / offered.offeredMs),
      storedPerSecond: Math.round((offered.events * 1000) / storedMs),
      ...{ behind, outboxLagMs: offered.lagMs, seconds: offered.offeredMs / 1000 },
      cpu,
      ...{
        lateMs: Object.fromEntries(
          ['p50', 'p95', 'p99', 'max'].map((key) => [key, Math.max(...seen.map((each) => each[key]))]),
        ),
        missedOrTwice: seen.reduce((sum, { faults }) => sum + faults, 0),
        seenByEach: Math.min(...seen.map(({ number }) => number)),
      },
    };
  } finally {
    for (const each of workers) each.stop();
    await database.end().catch(() => undefined);
    for (const each of services.stop) await each.stop();
  }
}

/** Waits until everything of before is in the feed. */
async function settle(one) {
  while (Number(await one('SELECT count(*) FROM planner.feed_event WHERE number IS NULL')) > 0)
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
}

async function feedEnd(one) {
  await settle(one);
  return Number(await one('SELECT last FROM planner.feed_sequence'));
}

/** Watches how far the planners are: `all` gives when they had `total` events. */
function follow(one, startedAt, total) {
  const now = async () => Number(await one('SELECT coalesce(sum(last_seq), 0) FROM planner.deployment'));
  const all = (async () => {
    while ((await now()) < total) {
      if (performance.now() - startedAt > PATIENCE_MS) throw new Error('the planners are far behind');
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS / 5));
    }
    return performance.now() - startedAt;
  })();
  all.catch(() => undefined);
  return { now, all };
}

const used = (pids) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);

/** What is stored is what was told. */
async function check(one, total, tasks) {
  const expected = CLUSTERS * NODES_PER_CLUSTER * tasks;
  const found = {
    ended: await one("SELECT count(*) FROM planner.transaction WHERE state = 'succeeded'"),
    tasks: await one("SELECT count(*) FROM planner.task WHERE state = 'succeeded' AND ended_at IS NOT NULL"),
    attempts: await one('SELECT count(*) FROM planner.attempt WHERE ended_at IS NOT NULL'),
    successes: await one('SELECT count(*) FROM planner.last_success WHERE fingerprint IS NOT NULL'),
    running: await one("SELECT count(*) FROM planner.feed_event WHERE type = 'task.running'"),
    succeeded: await one("SELECT count(*) FROM planner.feed_event WHERE type = 'task.succeeded'"),
  };
  const { ended, ...counts } = found;
  if (Number(ended) === CLUSTERS && Object.values(counts).every((count) => Number(count) === expected)) return;
  throw new Error(`not ${expected} of everything: ${JSON.stringify(found)} of ${total} events`);
}
