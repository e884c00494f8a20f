/**
 * A process that stands for executors with ideal nodes: takes the starts of deployments, and once it is told to go, has
 * their tasks run at a steady rate. What it tells leaves through the executor's own outbox and bus; its log is in memory.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './root.mjs';

const require = createRequire(import.meta.url);
const messaging = require(join(root, 'libs/messaging/dist/index.js'));
const protocol = require(join(root, 'libs/protocol/dist/index.js'));
const { EventRelay } = require(join(root, 'libs/execution/dist/runner/event-relay.js'));
const { systemClock } = require(join(root, 'apps/executor/dist/system-clock.js'));

const EXECUTOR = 'bench';
/** How often commits of an executor come at the most. */
const TICK_MS = 10;
const SUCCEEDED = { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } };
const nothing = () => undefined;
const log = {
  debug: nothing,
  info: nothing,
  warn: (fields, text) => console.error(text, fields.err),
  error: console.error,
};

const logs = new Map();
const deployments = [];
let bus;
let relay;
let go = nothing;

process.on('message', (message) => ('amqp' in message ? start(message).catch(die) : go()));

function die(error) {
  console.error(error);
  process.exit(1);
}

async function start({ amqp, expected, nodes, tasks, rate }) {
  bus = await messaging.RabbitBus.open({ url: amqp, name: 'bench', log });
  let lagMs = 0;
  const publish = async (message) => {
    await bus.send(protocol.EVENTS_QUEUE, messaging.makeEnvelope(protocol.deploymentEvents, message));
    // How far the outbox is behind what it was handed.
    lagMs = Math.max(lagMs, Date.now() - message.events[0].at);
  };
  const store = {
    events: async (deployment, from, to) => (logs.get(deployment) ?? []).slice(from - 1, to),
    markPublished: async () => undefined,
  };
  relay = new EventRelay(EXECUTOR, store, publish, systemClock, log);
  const all = new Promise((resolve) => {
    const command = async ({ content }) => {
      if (content.schema === 'executor.deployment.start') {
        const { deployment, cluster } = content.body;
        if (!logs.has(deployment)) deployments.push(new Deployment(deployment, nodes[cluster], tasks));
        if (deployments.length === expected) resolve();
      }
      return { verdict: messaging.DONE, reply: { ok: true, body: { accepted: true } } };
    };
    void bus.consume(protocol.COMMANDS_QUEUE, command, { prefetch: 10 });
  });
  // Missed events, and whatever else is asked of an executor.
  const question = async ({ content: { schema, body } }) => ({
    verdict: messaging.DONE,
    reply: {
      ok: true,
      body:
        schema === 'executor.deployment.events'
          ? { events: (logs.get(body.deployment) ?? []).slice(body.from - 1, Math.min(body.to, body.from + 499)) }
          : { accepted: true, executors: [], pools: [], limits: [] },
    },
  });
  await bus.consume(protocol.QUESTIONS_QUEUE, question, { prefetch: 10 });
  process.send({ ready: true });
  await all;
  const begin = new Promise((resolve) => (go = resolve));
  process.send({ started: true });
  await begin;
  const from = performance.now();
  const events = await run(rate);
  const offeredMs = performance.now() - from;
  await Promise.all(deployments.map(({ id }) => relay.drained(id)));
  process.send({ done: { events, offeredMs, publishedMs: performance.now() - from, lagMs } });
}

/** Hands over so many events a second, each deployment's in turn, until all tasks have ended. */
async function run(rate) {
  const from = performance.now();
  let given = 0;
  for (const deployment of deployments) given += deployment.begin();
  for (let open = deployments; open.length > 0;) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    const due = Math.floor(((performance.now() - from) * rate) / 1000) - given;
    const each = Math.ceil(due / open.length);
    if (each <= 0) continue;
    for (const deployment of open) given += deployment.step(each);
    open = open.filter((deployment) => !deployment.isOver);
  }
  return given;
}

/** One deployment: each node does its tasks one after another, a task lasts a full round of the nodes. */
class Deployment {
  #log = [];
  #done = new Map();
  #turn = 0;
  isOver = false;

  constructor(id, nodes, tasks) {
    this.id = id;
    this.nodes = nodes;
    this.tasks = tasks;
    this.left = nodes.length;
    logs.set(id, this.#log);
  }

  begin() {
    return this.#store([
      { type: 'accepted' },
      { type: 'owner-changed', executor: EXECUTOR, epoch: 1 },
      { type: 'state-changed', state: 'running', text: null },
      ...this.nodes.map((node) => ({ type: 'attempt-started', task: `${this.tasks[0]}@${node}`, attempt: 1 })),
    ]);
  }

  /** About `count` events: whatever ends, what follows it starts with it. */
  step(count) {
    const bodies = [];
    while (bodies.length < count && this.left > 0) {
      const node = this.nodes[this.#turn++ % this.nodes.length];
      const done = this.#done.get(node) ?? 0;
      if (done === this.tasks.length) continue;
      const task = `${this.tasks[done]}@${node}`;
      bodies.push({ type: 'attempt-ended', task, attempt: 1, result: SUCCEEDED });
      bodies.push({ type: 'tasks-ended', tasks: [task], state: 'succeeded' });
      this.#done.set(node, done + 1);
      const next = this.tasks[done + 1];
      if (next === undefined) this.left -= 1;
      else bodies.push({ type: 'attempt-started', task: `${next}@${node}`, attempt: 1 });
    }
    if (this.left === 0) {
      bodies.push({ type: 'state-changed', state: 'succeeded', text: null });
      this.isOver = true;
    }
    return this.#store(bodies);
  }

  #store(bodies) {
    const at = Date.now();
    const events = bodies.map((body, index) => ({ ...body, seq: this.#log.length + 1 + index, at }));
    this.#log.push(...events);
    relay.offer(this.id, 0, events);
    return events.length;
  }
}
