import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './background.mjs';
import { root } from './root.mjs';
import { muster } from './services.mjs';

const { MusterClient } = createRequire(join(root, 'apps/cli/package.json'))('@muster/client');

export const connect = ({ url, token }) => new MusterClient({ server: url, token });
export const numbered = (prefix, count, from = 1) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(from + index).padStart(4, '0')}`);

/** Publishes `bench@1.0.0`: so many tasks in a row on each node of the role `work`. Gives their ids. */
export async function publishRelease({ folder, url, token }, tasks) {
  const bundle = join(folder, 'release');
  mkdirSync(bundle, { recursive: true });
  const ids = numbered('t', tasks);
  const definitions = ids.map((id, index) => ({
    ...{ id, type: 'shell', role: ['work'], parameters: { cmd: `echo ${id}` } },
    requires: index === 0 ? [] : [ids[index - 1]],
  }));
  const settings = { type: 'object', properties: { port: { type: 'integer' }, motd: { type: 'string' } } };
  const release = { name: 'bench', version: '1.0.0', roles: { work: {}, spare: {} }, settings };
  writeFileSync(join(bundle, 'release.yaml'), JSON.stringify(release));
  writeFileSync(join(bundle, 'tasks.yaml'), JSON.stringify(definitions));
  await run([muster, 'release', 'publish', bundle], {
    PATH: process.env.PATH,
    MUSTER_SERVER: url,
    MUSTER_TOKEN: token,
  });
  return ids;
}

/** Applies a cluster of these nodes, which need not be there: nobody is asked for their keys. */
export async function applyCluster(client, cluster, nodes, more = () => ({})) {
  const described = nodes.map((name, index) => [
    name,
    { address: addressOf(name), hostKey: `SHA256:${name.padStart(43, '0')}`, roles: ['work'], ...more(name, index) },
  ]);
  const source = JSON.stringify({ cluster, release: 'bench@1.0.0', nodes: Object.fromEntries(described) });
  const identities = Object.fromEntries(nodes.map((name) => [name, `key of ${name}`]));
  await client.clusters.apply(cluster, { source, sourceName: 'bench.yaml', identities });
}

/** Of the networks for examples and benchmarks, 198.18.0.0/15. */
function addressOf(name) {
  const number = Number(name.replace(/\D/g, ''));
  return `198.18.${number >> 8}.${number & 255}`;
}
