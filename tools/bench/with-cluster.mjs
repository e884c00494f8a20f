import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './background.mjs';
import { startNodes, writeCluster } from './nodes.mjs';
import { root } from './root.mjs';
import { muster } from './services.mjs';

const { MusterClient } = createRequire(join(root, 'apps/cli/package.json'))('@muster/client');

/**
 * Starts `nodes` embedded nodes and services, describes a cluster of them with so many tasks in a row on each, gives `body`
 * the client, the processes, and what `startServices` gave, and ends everything again. Gives what `body` gives.
 */
export async function withCluster({ folder, nodes: count, tasksPerNode, work, startServices }, body) {
  mkdirSync(folder, { recursive: true });
  const nodes = await startNodes(folder, count);
  try {
    const services = await startServices(folder);
    try {
      const { bundle, file } = writeCluster(folder, nodes.ready.nodes, tasksPerNode, work);
      const env = { PATH: process.env.PATH, MUSTER_SERVER: services.url, MUSTER_TOKEN: services.token };
      await run([muster, 'release', 'publish', bundle], env);
      await run([muster, 'cluster', 'apply', '-f', file], env);
      const client = new MusterClient({ server: services.url, token: services.token });
      return await body({ client, services: services.measured, nodes, started: services });
    } finally {
      for (const each of services.stop) await each.stop();
    }
  } finally {
    await nodes.stop();
  }
}
