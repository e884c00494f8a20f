import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, root } from './folder.mjs';

function connect(server) {
  const { MusterClient } = createRequire(join(root, 'apps/cli/package.json'))('@muster/client');
  const token = readFileSync(join(files.data, 'admin-token'), 'utf8').trim();
  return new MusterClient({ server, token }).transactions;
}

/** Transactions that an earlier run, killed in the middle, left unfinished. */
export async function unfinished(server) {
  const found = [];
  for await (const { transaction, endedAt } of connect(server).list({ cluster: 'web' })) {
    if (endedAt === null) found.push(transaction);
  }
  return found;
}

/** Tasks of the newest transaction that changed something on their node, by what they wrote; how many ran, and how many there are. */
export async function whatChanged(server) {
  const transactions = connect(server);
  const { value: newest } = await transactions.list({ cluster: 'web' }).next();
  const { graphs } = await transactions.get(newest.transaction);
  const all = graphs.flatMap((graph) => Object.entries(graph.tasks));
  const tasks = all.filter(([, { state }]) => state !== 'skipped').map(([task]) => task);
  const changed = [];
  for (const task of tasks) {
    let text = '';
    // Followed to its end: output travels on a road of its own and may come after the outcome.
    for await (const chunk of transactions.followOutput(newest.transaction, task)) text += chunk.text;
    if (/^(changed|stopping) |serves on /m.test(text)) changed.push(task);
  }
  return { total: all.length, ran: tasks.length, changed };
}
