import { awaitEnd } from './await-end.mjs';
import { CLUSTER } from './nodes.mjs';
import { cpuMs } from './process-cost.mjs';
import { withCluster } from './with-cluster.mjs';

const NODES = 50;
/** Long enough for what happens every few seconds, and for ticks of the kernel's clock, which are 10 ms. */
const SECONDS = 30;
/** After the start and after a deployment: what is still on its way, folders that are removed from the nodes. */
const SETTLE_MS = 10_000;

/** What services cost while nobody wants anything of them: CPU a second of each, before and after they have met their nodes. */
export function benchIdle(folder, startServices) {
  return withCluster({ folder, nodes: NODES, tasksPerNode: 1, startServices }, async ({ client, services }) => {
    const rows = [];
    const measure = async (what) => rows.push({ what, cpuMsPerSecond: await costOf(services) });
    await pause(SETTLE_MS);
    await measure('just started, no connection to a node');
    const { transaction } = await client.transactions.start({ cluster: CLUSTER });
    const { state } = await awaitEnd(client, CLUSTER, transaction);
    if (state !== 'succeeded') throw new Error(`the deployment ended as ${state}`);
    await pause(SETTLE_MS);
    await measure(`connected to ${NODES} nodes`);
    const left = new AbortController();
    const reader = follow(client, left.signal);
    await measure('the same, and somebody follows the events');
    left.abort();
    await reader;
    return { seconds: SECONDS, processes: services.map(({ name }) => name), rows };
  });
}

async function costOf(services) {
  const [at, before] = [performance.now(), services.map(({ pid }) => cpuMs(pid))];
  await pause(SECONDS * 1000);
  const seconds = (performance.now() - at) / 1000;
  return services.map(({ pid }, index) => (cpuMs(pid) - before[index]) / seconds);
}

async function follow({ events }, signal) {
  try {
    for await (const event of events.follow({}, { signal })) void event;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
