/**
 * A process with the clients of a deployment whose memory is measured: a reader of the event stream, a client that reads pages
 * and `why` again and again, and one that reads the status of all tasks now and then.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './root.mjs';

const PAGES_EVERY_MS = 1000;
const STATUS_EVERY_MS = 15_000;
const { MusterClient } = createRequire(join(root, 'apps/cli/package.json'))('@muster/client');

/** What has been read, and what was refused or lost on the way while a server was away. */
const read = { events: 0, ended: 0, pages: 0, statuses: 0, failures: 0, statusMsMax: 0 };
let client;
let transaction = null;
let task = null;

process.on('message', (message) => {
  if ('server' in message) {
    client = new MusterClient(message);
    void readEvents();
    void every(PAGES_EVERY_MS, readPages);
    void every(STATUS_EVERY_MS, readStatus);
    process.send({ reading: true });
  } else if ('transaction' in message) ({ transaction, task } = message);
  else process.send({ read });
});

async function readEvents() {
  for await (const event of client.events.follow({ after: 0 }, { triesMax: 10_000 })) {
    read.events += 1;
    if (event.type === 'transaction.ended') read.ended += 1;
  }
}

async function readPages() {
  const { transactions, events, nodes } = client;
  await transactions.list().next();
  await transactions.attempts(transaction).next();
  await transactions.why(transaction, task);
  await transactions.limits(transaction).catch(() => undefined);
  await events.page({ transaction, after: 0, limit: 500 });
  await nodes.list().next();
  read.pages += 6;
}

async function readStatus() {
  const begun = performance.now();
  await client.transactions.get(transaction);
  read.statusMsMax = Math.max(read.statusMsMax, performance.now() - begun);
  read.statuses += 1;
}

async function every(ms, ask) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (transaction === null) continue;
    try {
      await ask();
    } catch {
      read.failures += 1;
    }
  }
}
