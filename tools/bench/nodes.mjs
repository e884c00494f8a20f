import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './background.mjs';
import { root } from './root.mjs';

const remote = createRequire(import.meta.url)(join(root, 'libs/remote/dist/index.js'));

export const CLUSTER = 'bench';

/** Starts `count` embedded nodes in a process of their own, with a key of their own; files in `folder`. */
export async function startNodes(folder, count) {
  const key = remote.makeKeyPair('muster-bench');
  const publicKey = join(folder, 'id_ed25519.pub');
  writeFileSync(join(folder, 'id_ed25519'), key.private, { mode: 0o600 });
  writeFileSync(publicKey, `${key.public}\n`);
  const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
  const home = join(folder, 'nodes');
  for (const name of names) {
    mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  }
  const nodes = await start(
    'nodes',
    [join(root, 'libs/remote/dist/embedded/embedded-nodes-main.js'), home, publicKey, ...names],
    { env: { PATH: process.env.PATH }, logFile: join(folder, 'nodes.log') },
  );
  return {
    ...nodes,
    stop: async () => {
      await nodes.stop();
      for (const name of names) remote.endFolderProcesses(join(home, name));
    },
  };
}

/**
 * Writes a release of `tasks` tasks in a row on each node, and a cluster file with the nodes; gives their paths. `work` gives
 * what the task of an index does; an `echo`, unless it is given.
 */
export function writeCluster(folder, addresses, tasks, work = () => null) {
  const bundle = join(folder, 'release');
  mkdirSync(bundle, { recursive: true });
  const id = (index) => `t${String(index).padStart(2, '0')}`;
  const definitions = Array.from({ length: tasks }, (_, index) => ({
    id: id(index),
    role: ['work'],
    requires: index === 0 ? [] : [id(index - 1)],
    ...(work(index) ?? { type: 'shell', parameters: { cmd: `echo ${id(index)}` } }),
  }));
  writeFileSync(join(bundle, 'release.yaml'), JSON.stringify({ name: 'bench', version: '1.0.0', roles: { work: {} } }));
  writeFileSync(join(bundle, 'tasks.yaml'), JSON.stringify(definitions));
  const nodes = Object.fromEntries(
    addresses.map(({ name, address, port, user, hostKey }) => [
      name,
      {
        ...{ address, port, user, hostKey, identityFile: './id_ed25519', roles: ['work'] },
        stateDir: join(folder, 'nodes', name, 'state'),
      },
    ]),
  );
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, JSON.stringify({ cluster: CLUSTER, release: 'bench@1.0.0', nodes }));
  return { bundle, file };
}
