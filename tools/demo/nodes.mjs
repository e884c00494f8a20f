import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { files, roles, root } from './folder.mjs';

const require = createRequire(join(root, 'libs/remote/package.json'));
const envFile = (node) => join(files.nodes, node, 'web.env');

/** Makes the SSH key of the demo, once. */
export function makeIdentity() {
  if (existsSync(files.identity) && existsSync(files.publicKey)) return;
  const { private: identity, public: publicKey } = require(join(root, 'libs/remote/dist/index.js')).makeKeyPair(
    'muster-demo',
  );
  writeFileSync(files.identity, identity, { mode: 0o600 });
  writeFileSync(files.publicKey, `${publicKey}\n`);
}

/**
 * Tells each node, in its own `web.env`, what it is. Ports stay what they were unless somebody else took them.
 * Gives the proxy's address.
 */
export async function describeNodes() {
  const ports = {};
  for (const node of Object.keys(roles)) ports[node] = (await keptPort(node)) ?? (await freePort());
  const url = (node) => `http://127.0.0.1:${ports[node]}`;
  const apps = Object.keys(roles).filter((node) => roles[node] === 'app');
  for (const node of Object.keys(roles)) {
    mkdirSync(join(files.nodes, node), { recursive: true, mode: 0o700 });
    const lines = [
      `NAME=${node}`,
      'HOST=127.0.0.1',
      `PORT=${ports[node]}`,
      `DB=${url('db')}`,
      `APPS='${apps.map(url).join(' ')}'`,
    ];
    const text = `${lines.join('\n')}\n`;
    if (!existsSync(envFile(node)) || readFileSync(envFile(node), 'utf8') !== text)
      writeFileSync(envFile(node), text, { mode: 0o600 });
  }
  return url('proxy');
}

async function keptPort(node) {
  const found = existsSync(envFile(node)) ? /^PORT=(\d+)$/m.exec(readFileSync(envFile(node), 'utf8')) : null;
  if (!found) return null;
  const port = Number(found[1]);
  const isOurs = library().folderProcesses(join(files.nodes, node)).length > 0;
  return isOurs ? port : await freePort(port).catch(() => null);
}

/** That port, or any, if nobody listens on it. */
function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function library() {
  return require(join(root, 'libs/remote/dist/index.js'));
}

/** Writes the cluster file for nodes that listen at `addresses`; their host keys are known, since we started them. */
export function writeClusterFile(addresses, version) {
  const lines = addresses.map(({ name, address, port, user, hostKey }) => {
    const stateDir = JSON.stringify(join(files.nodes, name, 'state'));
    return `  ${name}: { address: ${address}, port: ${port}, user: ${user}, identityFile: ./id_ed25519, hostKey: "${hostKey}", stateDir: ${stateDir}, roles: [${roles[name]}] }`;
  });
  const head = [
    '# Made by `npm run demo`: five nodes on this machine.',
    'cluster: web',
    'environment: demo',
    `release: web-cluster@${version}`,
    'nodes:',
  ];
  writeFileSync(files.cluster, `${[...head, ...lines].join('\n')}\n`);
}

/** Ends the processes that tasks left running on the nodes. Gives how many there were. */
export async function endNodeProcesses() {
  if (!existsSync(files.nodes)) return 0;
  const { endFolderProcesses, folderProcesses } = library();
  const folders = Object.keys(roles).map((node) => join(files.nodes, node));
  const left = () => folders.flatMap((each) => folderProcesses(each));
  const found = left();
  for (const pid of found) process.kill(pid, 'SIGTERM');
  for (const until = Date.now() + 3_000; left().length > 0 && Date.now() < until;)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const each of folders) endFolderProcesses(each);
  return found.length;
}
