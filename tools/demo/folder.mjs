import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything that the demo keeps. `MUSTER_DEMO_DIR` puts it elsewhere. */
export const folder = process.env.MUSTER_DEMO_DIR || join(root, '.muster', 'demo');

export const files = {
  lock: join(folder, 'demo.pid'),
  nodes: join(folder, 'nodes'),
  identity: join(folder, 'id_ed25519'),
  publicKey: join(folder, 'id_ed25519.pub'),
  cluster: join(folder, 'cluster.yaml'),
  bundle: join(folder, 'web-cluster'),
  env: join(folder, 'env'),
  data: join(folder, 'data'),
};

/** Node -> role of the example. */
export const roles = { proxy: 'proxy', app1: 'app', app2: 'app', app3: 'app', db: 'db' };
