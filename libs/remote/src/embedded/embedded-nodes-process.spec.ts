import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeTarget } from '@muster/execution';
import { typescriptCommand } from '@muster/testkit';
import { SshNodePort } from '../ssh-node-port';
import { artifactsOf, clearFolder, KEYS, temporaryFolder, TICKET } from '../testing/node-bed.testing';
import { command } from '../testing/node-port-contract.testing';
import { eventually, Recorder } from '../testing/recorder.testing';
import type { EmbeddedNodeAddress } from './embedded-node';
import { endFolderProcesses, folderProcesses } from './folder-processes';

const NAMES = ['web', 'db'];

describe('embedded nodes in a process of their own', () => {
  const folder = temporaryFolder();
  const processes: ChildProcess[] = [];
  const ports: SshNodePort[] = [];

  afterAll(async () => {
    for (const port of ports) await port.close();
    for (const child of processes) child.kill('SIGKILL');
    for (const name of NAMES) endFolderProcesses(join(folder, name));
    clearFolder(folder);
  });

  async function serve(): Promise<{ readonly child: ChildProcess; readonly nodes: readonly EmbeddedNodeAddress[] }> {
    writeFileSync(join(folder, 'key.pub'), KEYS.public);
    const [program = '', ...args] = typescriptCommand(join(__dirname, 'embedded-nodes-main.ts'));
    const child = spawn(program, [...args, folder, join(folder, 'key.pub'), ...NAMES], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    processes.push(child);
    let printed = '';
    child.stdout?.on('data', (piece: Buffer) => (printed += piece.toString()));
    await eventually('the line of the nodes', () => printed.endsWith('\n'));
    return { child, nodes: (JSON.parse(printed) as { nodes: EmbeddedNodeAddress[] }).nodes };
  }

  function targetOf(node: EmbeddedNodeAddress | undefined): NodeTarget {
    if (!node) throw new Error('no node');
    return { ...node, become: 'none', identity: KEYS.private, stateDir: '/var/lib/muster', jumps: [] };
  }

  it('keep their commands running when the process is killed, and come back as the same nodes', async () => {
    const { child, nodes } = await serve();
    expect(nodes.map(({ name }) => name)).toEqual(NAMES);
    const port = new SshNodePort({ artifacts: artifactsOf({}) });
    ports.push(port);
    const recorder = new Recorder(port);
    const target = targetOf(nodes[0]);
    const ready = await port.prepare(target, TICKET);
    if (ready.kind !== 'ready') throw new Error(ready.kind);
    const attempt = command('until [ -e "$HOME/go" ]; do sleep 0.05; done; exit 6');
    await port.start(target, TICKET, attempt);
    child.kill('SIGKILL');
    expect(await recorder.last(attempt.id)).toMatchObject({ kind: 'link-lost' });
    const again = await serve();
    expect(again.nodes).toEqual(nodes);
    expect(await port.attach(target, TICKET, attempt, ready, { stdout: 0, stderr: 0 })).toEqual({ kind: 'running' });
    writeFileSync(join(folder, 'web', 'go'), '');
    const end = await recorder.until(() => recorder.of(attempt.id).find((it) => it.kind === 'ended') ?? null);
    expect(end).toMatchObject({ result: { kind: 'exited', code: 6 } });
  });

  it('stop at SIGTERM, and what their tasks left running can be ended', async () => {
    const { child, nodes } = await serve();
    const port = new SshNodePort({ artifacts: artifactsOf({}) });
    ports.push(port);
    const recorder = new Recorder(port);
    const attempt = command('setsid sleep 100 </dev/null >/dev/null 2>&1 & echo up >"$HOME/up"');
    expect(await port.start(targetOf(nodes[1]), TICKET, attempt)).toEqual({ kind: 'started' });
    await recorder.last(attempt.id);
    await eventually('the daemon', () => existsSync(join(folder, 'db', 'up')));
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    // One that becomes another program just now has no environment for a moment.
    await eventually('the daemon goes on', () => folderProcesses(join(folder, 'db')).length > 0);
    endFolderProcesses(join(folder, 'db'));
    await eventually('the daemon to be gone', () => folderProcesses(join(folder, 'db')).length === 0);
  });
});
