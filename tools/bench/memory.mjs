import { CLUSTER } from './nodes.mjs';
import { peakMemoryMb } from './process-cost.mjs';
import { withCluster } from './with-cluster.mjs';

const NODES = 50;
const TASKS_PER_NODE = 2000;
/** Ended on each node before it is cancelled: what an executor holds hardly grows with what has ended. */
const ENDED_A_NODE = 40;
const POLL_MS = 500;
const LIMIT_MS = 300_000;

/**
 * Peak memory of planner and executor with one deployment of 100,000 tasks: planned, sent, accepted, its first tasks carried
 * out on embedded nodes, then cancelled. `idleMb`: the same processes before.
 */
export function benchMemory(folder, startServices) {
  const cluster = { folder, nodes: NODES, tasksPerNode: TASKS_PER_NODE, startServices };
  return withCluster(cluster, async ({ transactions, services }) => {
    const idleMb = services.map(({ pid }) => peakMemoryMb(pid));
    const { transaction } = await transactions.start({ cluster: CLUSTER });
    const last = `t${ENDED_A_NODE}@n${NODES}`;
    await until(`${last} has ended`, async () => (await why(transactions, transaction, last)) === 'succeeded');
    const processes = services.map(({ name, pid }, index) => ({
      name,
      idleMb: idleMb[index],
      peakMb: peakMemoryMb(pid),
    }));
    await transactions.control(transaction, { verb: 'cancel', reason: 'measured' });
    await until('the deployment has ended', async () => {
      const { value } = await transactions.list({ cluster: CLUSTER }).next();
      return value?.endedAt !== null;
    });
    return { tasks: NODES * TASKS_PER_NODE, processes };
  });
}

/** State of a task; null while no executor knows it. The status of all tasks would be measured, too. */
async function why(transactions, transaction, task) {
  try {
    return (await transactions.why(transaction, task)).state;
  } catch {
    return null;
  }
}

async function until(what, isSo) {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`waited ${LIMIT_MS / 1000} s in vain until ${what}`);
}
