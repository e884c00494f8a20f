import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startWorker } from './background.mjs';
import { MemoryPhases } from './memory-phases.mjs';
import { CLUSTER } from './nodes.mjs';
import { cpuMs } from './process-cost.mjs';
import { root } from './root.mjs';
import { service } from './services.mjs';
import { withCluster } from './with-cluster.mjs';

const NODES = 50;
/** Ended on each node before what follows: the executor has connections to all of them by then. */
const BEGUN_A_NODE = 20;
const POLL_MS = 250;
/** Nothing may stand still for so long. */
const LIMIT_MS = 900_000;

const { Client } = createRequire(join(root, 'libs/storage/package.json'))('pg');

/**
 * Peak memory of planner and executor over the life of one deployment of `tasks` tasks, phase by phase: planned and begun,
 * carried out, taken over by another executor after a third (the first one killed), followed by another planner after two thirds
 * (the first one killed), ended, read; then begun again, cancelled at once, gone on with and cancelled. Meanwhile a process of
 * its own reads the stream of events, pages and the status.
 *
 * Nodes are embedded, in a process of their own. Every `shellEvery`th task runs a command there, `echo`; the others wait for a
 * port that is open, which is asked through the node's SSH connection and needs no shell: as many events as any other, without
 * output and without the processes of commands, which would take most of the time.
 */
export async function benchMemory({ folder, tasks, shellEvery, startServices, say }) {
  const port = await listen();
  const work = (index) =>
    index % shellEvery === 0 ? null : { type: 'wait-for', parameters: { port: port.number }, timeout: 600 };
  const cluster = { folder, nodes: NODES, tasksPerNode: Math.ceil(tasks / NODES), work, startServices };
  try {
    return await withCluster(cluster, (parts) =>
      measure({ ...parts, folder, tasks: cluster.tasksPerNode * NODES, say }),
    );
  } finally {
    port.close();
  }
}

async function measure({ client: { transactions }, services, started, folder, tasks, say }) {
  const phases = new MemoryPhases(services, say);
  const database = new Client({ connectionString: started.env.MUSTER_DATABASE_URL });
  await database.connect();
  const clients = startWorker(join(root, 'tools/bench/memory-clients.mjs'), {
    server: started.url,
    token: started.token,
  });
  const bed = { transactions, started, folder, tasks, phases, clients, asks: new Asks(database) };
  try {
    await clients.told('reading');
    phases.end('before');
    await live(bed);
    clients.tell({ ask: true });
    return { tasks, processes: phases.found, times: bed.asks.times, read: await clients.told('read') };
  } finally {
    clients.stop();
    await database.end();
    for (const each of phases.extra) await each.stop();
  }
}

async function live(bed) {
  const { transactions, tasks, phases, asks } = bed;
  await begin(bed);
  phases.end('planned and begun');
  await asks.until('a third', (at) => at.succeeded >= tasks / 3);
  phases.end('carried out, first third');
  await takeOver(bed);
  phases.end('taken over');
  await asks.until('two thirds', (at) => at.succeeded >= (tasks * 2) / 3);
  phases.end('carried out, second third');
  await followAgain(bed);
  phases.end('planner started again');
  await asks.until('the end', (at) => at.state === 'succeeded');
  phases.end('carried out, last third');
  await readAll(bed);
  phases.end('read');
  const again = await begin(bed);
  phases.end('planned and begun again');
  await stop(bed, again, 'cancel');
  phases.end('cancelled at once');
  await transactions.control(again, { verb: 'resume', reason: 'measured' });
  await asks.until('going on', (at) => at.run === 2 && at.succeeded > 2 * BEGUN_A_NODE * NODES);
  phases.end('gone on with');
  await stop(bed, again, 'drain');
  phases.end('drained');
}

/** Starts a transaction, until its first tasks have ended on every node; gives it. */
async function begin({ transactions, tasks, clients, asks }) {
  const { transaction } = await transactions.start({ cluster: CLUSTER });
  asks.transaction = transaction;
  await asks.until('the first tasks', (at) => at.succeeded >= BEGUN_A_NODE * NODES);
  clients.tell({ transaction, task: lateTask(tasks) });
  return transaction;
}

const lateTask = (tasks) => `t${tasks / NODES - 1}@n${NODES}`;

async function stop({ transactions, asks }, transaction, verb) {
  await asks.timed(verb, async () => {
    await transactions.control(transaction, { verb, reason: 'measured' });
    await asks.until('the end', (at) => at.endedAt !== null);
  });
}

/** Kills the executor; another one, started then, takes over. */
async function takeOver({ started, folder, phases, asks }) {
  const [executor] = phases.named('executor');
  const { last_seq: before } = await asks.executorLog();
  await executor.kill();
  const another = await service('executor', folder, { ...started.env, MUSTER_PLANNER_URL: started.url }, undefined, 1);
  phases.replace(executor, another);
  const idleMs = cpuMs(another.pid);
  await asks.timed('takeover, its lease of 10 s included', async () => {
    await asks.untilTrue(
      'the other executor works',
      async () => (await asks.executorLog()).last_seq > before + 2 * NODES,
    );
  });
  asks.note('takeover, CPU', cpuMs(another.pid) - idleMs);
}

/** Kills the planner; another one, at the same address, follows after some seconds. */
async function followAgain({ started, folder, phases, asks }) {
  const [planner] = phases.named('planner');
  await planner.kill();
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const env = { ...started.env, MUSTER_HTTP_PORT: new URL(started.url).port };
  await asks.timed('planner started again', async () => {
    phases.replace(planner, await service('planner', folder, env, undefined, 1));
  });
  asks.note('planner started again, CPU', cpuMs(phases.named('planner')[0].pid));
  await asks.timed('planner has caught up', () =>
    asks.untilTrue('the planner has caught up', async () => {
      const [log, at] = [await asks.executorLog(), await asks.now()];
      return at.lastSeq >= log.last_seq - 1000;
    }),
  );
}

async function readAll({ transactions, tasks, clients, asks }) {
  const { transaction } = asks;
  await asks.timed('status', () => transactions.get(transaction));
  await asks.timed('inputs of a task', () => transactions.inputs(transaction, lateTask(tasks)));
  await asks.timed('attempts, 20 pages', async () => {
    const attempts = transactions.attempts(transaction);
    for (let count = 0; count < 4000 && !(await attempts.next()).done;) count += 1;
  });
  await asks.timed('the reader of events has come to the end', () =>
    asks.untilTrue('the reader has the end', async () => {
      clients.tell({ ask: true });
      return (await clients.told('read')).ended > 0;
    }),
  );
}

/** What the database says of the transaction that is being measured, and how long things took. */
class Asks {
  transaction = null;
  times = [];

  constructor(database) {
    this.database = database;
  }

  async now() {
    const { rows } = await this.database.query(
      `SELECT d.run, t.state, t.ended_at AS "endedAt", d.last_seq AS "lastSeq",
         (SELECT count(*)::int FROM planner.task WHERE deployment_id = d.id AND state = 'succeeded') AS succeeded
       FROM planner.transaction t JOIN planner.deployment d ON d.transaction_id = t.id
       WHERE t.id = $1 ORDER BY d.run DESC LIMIT 1`,
      [this.transaction],
    );
    return rows[0];
  }

  async executorLog() {
    const { rows } = await this.database.query(
      'SELECT last_seq FROM executor.deployment WHERE transaction_id = $1 ORDER BY accepted_at DESC LIMIT 1',
      [this.transaction],
    );
    return rows[0];
  }

  until(what, isSo) {
    return this.untilTrue(what, async () => {
      const at = await this.now();
      if (at.endedAt !== null && !isSo(at)) throw new Error(`the deployment ended as ${at.state} before ${what}`);
      return isSo(at);
    });
  }

  async untilTrue(what, isSo) {
    for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`waited ${LIMIT_MS / 1000} s in vain until ${what}`);
  }

  async timed(what, work) {
    const begun = performance.now();
    await work();
    this.note(what, performance.now() - begun);
  }

  note(what, ms) {
    this.times.push({ what, ms });
  }
}

/** A port that is open: whoever connects has found that out, and is let go. */
async function listen() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { number: server.address().port, close: () => server.close() };
}
