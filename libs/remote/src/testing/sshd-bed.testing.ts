import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { fingerprint } from '../connection/fingerprint';
import { clearFolder, KEYS, temporaryFolder, type NodeBed } from './node-bed.testing';
import { eventually } from './recorder.testing';

export const SSHD = '/usr/sbin/sshd';

/** A real sshd of this machine, in a folder and on a port of its own, serving the user who runs the tests. */
export async function sshdBed(
  env: Readonly<Record<string, string>> = {},
  settings: readonly string[] = [],
): Promise<NodeBed> {
  if (!existsSync(SSHD)) throw new Error('these tests need OpenSSH: apt-get install openssh-server');
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const hostKeys = utils.generateKeyPairSync('ed25519');
  writeFileSync(file('host_key'), hostKeys.private, { mode: 0o600 });
  writeFileSync(file('authorized_keys'), `${KEYS.public}\n`, { mode: 0o600 });
  writeFileSync(file('boot_id'), '11111111-1111-4111-8111-111111111111\n');
  writeFileSync(file('reboot'), REBOOT);
  chmodSync(file('reboot'), 0o700);
  const port = await freePort();
  const variables = {
    MUSTER_STATE_DIR: file('state'),
    MUSTER_BOOT_ID_FILE: file('boot_id'),
    MUSTER_REBOOT: file('reboot'),
    ...env,
  };
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host_key')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      `PidFile ${file('sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'UseDNS no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'MaxStartups 100',
      ...settings,
      `SetEnv ${Object.entries(variables)
        .map(([name, value]) => `${name}="${value}"`)
        .join(' ')}`,
      '',
    ].join('\n'),
  );
  const sshd: ChildProcess = spawn(SSHD, ['-D', '-e', '-f', file('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  sshd.stderr?.on('data', (piece: Buffer) => (log += piece.toString()));
  const ended = new Promise<void>((resolve) => sshd.once('exit', () => resolve()));
  await eventually(
    `sshd to listen; it said: ${log}`,
    () => existsSync(file('sshd.pid')) || (sshd.exitCode !== null && fail(log)),
  );
  await until(port);
  const parsed = utils.parseKey(hostKeys.public);
  if (parsed instanceof Error) throw parsed;
  return {
    target: {
      name: 'n1',
      address: '127.0.0.1',
      port,
      user: userInfo().username,
      become: 'none',
      hostKey: fingerprint(parsed.getPublicSSH()),
      identity: KEYS.private,
      stateDir: '/var/lib/muster',
      jumps: [],
    },
    stateDir: file('state'),
    dropConnections: async () => {
      for (const pid of descendants(sshd.pid ?? 0)) tryKill(pid);
    },
    close: async () => {
      for (const pid of descendants(sshd.pid ?? 0)) tryKill(pid);
      sshd.kill('SIGKILL');
      await ended;
      clearFolder(folder);
    },
  };
}

/** In place of the machine's: a new boot id, and the sessions end. */
const REBOOT = `#!/bin/sh
read -r id </proc/sys/kernel/random/uuid
printf '%s\\n' "$id" >"$MUSTER_BOOT_ID_FILE"
# Up to the process that serves this connection, which a real reboot ends as well.
read -r pid start rest <"$MUSTER_STATE_DIR/holder"
set -- $rest
kill -KILL "$start"
`;

function fail(log: string): never {
  throw new Error(`sshd ended: ${log}`);
}

async function until(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.once('connect', () => socket.end());
    });
    if (open) return;
    if (tries > 500) throw new Error('sshd does not listen');
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** sshd's own children: one per connection; the shells that they run are in sessions of their own and go on. */
function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  const sshds = new Set<number>([root]);
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (stat.includes('(sshd)')) parents.set(Number(name), Number(fields[1]));
    } catch {
      // Gone already.
    }
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (sshds.has(parent) && !sshds.has(pid)) {
        sshds.add(pid);
        grown = true;
      }
    }
  }
  sshds.delete(root);
  return [...sshds];
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** True if `program` is on the PATH. */
export function hasProgram(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
