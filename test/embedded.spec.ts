import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedNode } from '@muster/remote';
import { makeSshKey, type PrivateFolder, privateFolder, waitUntil } from '@muster/testkit';
import { stringify } from 'yaml';
import { muster, musterJson } from './bed/muster';
import type { TransactionStatus } from '@muster/client';
import { ServiceProcess } from './bed/service-process';

jest.setTimeout(180_000);

const tasks = `
- { id: one, type: shell, role: [worker], parameters: { cmd: &cmd 'echo "$MUSTER_TASK begins" >> ~/journal; sleep 3; echo "$MUSTER_TASK ends" >> ~/journal; echo said by "$MUSTER_TASK"' } }
- { id: two, type: shell, role: [worker], cross-depends: [{ name: one }], parameters: { cmd: *cmd } }
`;

describe('the embedded server', () => {
  let folder: PrivateFolder;
  let nodes: EmbeddedNode[];
  let server: ServiceProcess;
  let env: Record<string, string>;

  const start = async (): Promise<void> => {
    server = await ServiceProcess.start(
      ['server'],
      { MUSTER_DATA_DIR: join(folder.path, 'data'), MUSTER_HTTP_PORT: '0' },
      join(folder.path, 'server.log'),
    );
    env = { MUSTER_SERVER: server.ready.url ?? '', MUSTER_DATA_DIR: join(folder.path, 'data') };
  };

  beforeAll(async () => {
    folder = await privateFolder('embedded');
    const key = await makeSshKey(join(folder.path, 'key'));
    nodes = ['n1', 'n2'].map(
      (name) => new EmbeddedNode({ folder: join(folder.path, name), name, authorizedKeys: [key.publicKey] }),
    );
    const addresses = await Promise.all(nodes.map((node) => node.start()));
    await start();
    const bundle = await folder.inside('bundle');
    writeFileSync(join(bundle, 'release.yaml'), 'name: chain\nversion: 1.0.0\nroles: { worker: {} }\n');
    writeFileSync(join(bundle, 'tasks.yaml'), tasks);
    const cluster = {
      cluster: 'c',
      release: 'chain@1.0.0',
      nodes: Object.fromEntries(
        addresses.map(({ name, address, port, user, hostKey }) => [
          name,
          { address, port, user, hostKey, identityFile: key.file, roles: ['worker'] },
        ]),
      ),
    };
    writeFileSync(join(folder.path, 'cluster.yaml'), stringify(cluster));
    await musterJson(['release', 'publish', bundle], env);
    await musterJson(['cluster', 'apply', '-f', join(folder.path, 'cluster.yaml')], env);
  });
  afterAll(async () => {
    await server?.stop();
    await Promise.all(nodes.map((node) => node.stop()));
    await folder?.remove();
  });

  const status = (transaction: string): Promise<TransactionStatus> =>
    musterJson<TransactionStatus>(['status', transaction], env);
  const journal = (node: string): string[] =>
    readFileSync(join(folder.path, node, 'journal'), 'utf8')
      .trim()
      .split('\n');

  it('keeps its token and its key to its owner', () => {
    for (const file of ['admin-token', 'secret-key'])
      expect(statSync(join(folder.path, 'data', file)).mode & 0o777).toBe(0o600);
  });

  it('answers nothing without the token', async () => {
    const { code, stderr } = await muster(['cluster', 'list'], {
      MUSTER_SERVER: env['MUSTER_SERVER'] ?? '',
      MUSTER_TOKEN: 'a-token-that-is-wrong',
    });
    expect([code, stderr]).toEqual([8, expect.stringContaining('API_UNAUTHENTICATED')]);
  });

  it('killed with -9 while tasks run and started again, goes on with them, and each command ran once', async () => {
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'c'], env);
    await waitUntil('both commands run', () => journal('n1').length === 1 && journal('n2').length === 1);
    await server.kill();
    await start();
    const ended = await waitUntil(
      'the transaction has ended',
      async () => {
        const now = await status(transaction);
        return ['pending', 'running'].includes(now.state) ? null : now;
      },
      { timeoutMs: 90_000, intervalMs: 250 },
    );
    expect(ended.state).toBe('succeeded');
    for (const node of ['n1', 'n2']) {
      expect(journal(node)).toEqual(
        ['one', 'two'].flatMap((task) => [`${task}@${node} begins`, `${task}@${node} ends`]),
      );
      expect(ended.graphs[0]?.tasks[`one@${node}`]?.attempts).toBe(1);
    }
    await waitUntil(
      'the output is complete',
      async () => (await muster(['logs', transaction, 'one@n1'], env)).stdout === 'said by one@n1\n',
    );
  });

  it('drains on SIGTERM and exits with 0', async () => {
    expect(await server.stop()).toBe(0);
    await start();
  });
});
