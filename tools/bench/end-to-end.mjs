import { awaitEnd } from './await-end.mjs';
import { CLUSTER } from './nodes.mjs';
import { cpuMs, peakMemoryMb } from './process-cost.mjs';
import { best, median } from './statistics.mjs';
import { withCluster } from './with-cluster.mjs';

const NODES = 50;
const TASKS_PER_NODE = 20;
const ROUNDS = 4;
/** After the outcome: output that is still on its way, folders that are removed from the nodes. */
const SETTLE_MS = 1000;

/**
 * Deploys tasks that do nothing on embedded nodes several times: the first round connects to the nodes and warms up, and
 * is told on its own; best and median are of the others. Start-up, publishing and applying the cluster are left out.
 */
export function benchEndToEnd(folder, startServices) {
  const cluster = { folder, nodes: NODES, tasksPerNode: TASKS_PER_NODE, startServices };
  return withCluster(cluster, async ({ client, services, nodes }) => {
    const measured = [...services, nodes];
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await deploy(client, measured));
    return summary(rounds, measured);
  });
}

async function deploy(client, measured) {
  const before = measured.map(({ pid }) => cpuMs(pid));
  const { transaction } = await client.transactions.start({ cluster: CLUSTER });
  const found = await awaitEnd(client, CLUSTER, transaction);
  if (found.state !== 'succeeded') throw new Error(`the deployment ended as ${found.state}`);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const cpu = measured.map(({ pid }, index) => cpuMs(pid) - before[index]);
  return { wallMs: Date.parse(found.endedAt) - Date.parse(found.createdAt), cpu };
}

function summary(rounds, measured) {
  const tasks = NODES * TASKS_PER_NODE;
  const [first, ...warm] = rounds;
  const wall = warm.map(({ wallMs }) => wallMs);
  return {
    nodes: NODES,
    tasks,
    wallMs: { first: first.wallMs, best: best(wall), median: median(wall) },
    processes: measured.map(({ name, pid }, index) => {
      const cpu = warm.map((round) => round.cpu[index] / tasks);
      return {
        name,
        cpuMsPerTask: { first: first.cpu[index] / tasks, best: best(cpu), median: median(cpu) },
        peakMemoryMb: peakMemoryMb(pid),
      };
    }),
  };
}
