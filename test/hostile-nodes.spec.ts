import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TaskStatus, TransactionStatus } from '@muster/client';
import {
  isRoot,
  type TestSshd,
  runProgram,
  startSshd,
  type SshdOptions,
  type SshdSettings,
  type TestHost,
  tryProgram,
  waitUntil,
} from '@muster/testkit';
import { stringify } from 'yaml';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';
import { SilentListener } from './bed/silent-listener';
import { type SshTwin, startSshTwin } from './bed/ssh-twin';

jest.setTimeout(300_000);

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** What the services may grow by while a node writes a gigabyte, another one floods and a dozen misbehave; measured: 62 and 78 MiB. */
const GROWTH_MAX = 200 * MIB;

interface HostileNode {
  readonly access: {
    readonly port: number;
    readonly hostKey: string;
    readonly address?: string;
    readonly user?: string;
  };
  readonly identityFile?: string;
  readonly more?: Readonly<Record<string, unknown>>;
  /** Of the task; the next one on the node says `and then`. */
  readonly cmd: string;
  readonly timeout?: number;
  /** Why the task fails; null: it succeeds. */
  readonly fails: RegExp | null;
  readonly exitCode?: number | null;
}

/** Everything that has to be taken away again, last first. */
const cleanups: (() => unknown)[] = [];

async function sshd(settings: SshdSettings = {}, more: Pick<SshdOptions, 'user' | 'mounts'> = {}): Promise<TestSshd> {
  const state = mkdtempSync('/var/tmp/muster-hostile-');
  cleanups.push(() => rmSync(state, { recursive: true, force: true }));
  const started = await startSshd({
    settings: { SetEnv: `MUSTER_STATE_DIR=${join(state, 'state')}`, ...settings },
    ...more,
  });
  cleanups.push(() => started.stop());
  return started;
}

async function twin(...how: Parameters<typeof startSshTwin>): Promise<SshTwin> {
  const started = await startSshTwin(...how);
  cleanups.push(() => started.stop());
  return started;
}

/** A node whose state lies on a disk of its own of so many KiB; `filler` is there already, in bytes. */
async function sshdOnSmallDisk(kib: number, filler = 0): Promise<TestSshd> {
  const disk = mkdtempSync('/var/tmp/muster-hostile-disk-');
  cleanups.push(() => rmSync(disk, { recursive: true }));
  return sshd(
    { SetEnv: `MUSTER_STATE_DIR=${disk}/state` },
    {
      mounts: [
        `mount -t tmpfs -o size=${kib}k,mode=700 tmpfs ${disk}`,
        `mkdir -m 700 ${disk}/state`,
        `{ head -c ${filler} /dev/zero >${disk}/filler || true; }`,
      ].join(' && '),
    },
  );
}

/** Takes bash away, and from accounts that log in with it: sshd lets in nobody whose shell is not there. */
async function withoutBash(): Promise<string> {
  const folder = mkdtempSync('/var/tmp/muster-hostile-bash-');
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const accounts = join(folder, 'passwd');
  await writeFile(accounts, (await readFile('/etc/passwd', 'utf8')).replaceAll(/\/[^:\n]*\/bash$/gm, '/bin/sh'));
  return `mount --bind ${accounts} /etc/passwd && mount --bind /dev/null "$(command -v bash)"`;
}

/** An account that must say its password to become root: `postgres` where we are root, else our own. */
async function sshdOfSudoer(): Promise<TestSshd | null> {
  if (isRoot()) return sshd({ UsePAM: 'yes' }, { user: 'postgres' });
  const { code } = await tryProgram(['sudo', '-k', '-n', 'true']);
  if (code !== 0) return sshd();
  process.stderr.write('sudo-wants-a-password is left out: this account becomes root without one\n');
  return null;
}

/** Bytes at most held in memory so far. */
function peakOf(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
}

async function hostileNodes(bed: ProductionBed): Promise<Record<string, HostileNode>> {
  const [gone] = bed.hosts.hosts;
  if (!gone) throw new Error('the bed has no hosts');
  const mute = await SilentListener.open();
  cleanups.push(() => mute.close());
  const unanswering = await twin(null);
  const menu = await twin((channel) => {
    channel.write('% Invalid input detected\r\nrouter> ');
    channel.stdin.on('data', () => channel.write('% Invalid input detected\r\nrouter> '));
  });
  const flood = await twin((channel) => {
    const piece = Buffer.alloc(256 * 1024, '*');
    const pour = (): void => {
      while (channel.writable && channel.write(piece));
      if (channel.writable) channel.once('drain', pour);
    };
    pour();
  });
  const closing = await twin((channel) => {
    channel.exit(255);
    channel.end();
  });
  const sudoer = await sshdOfSudoer();
  const plain = await sshd();
  const daemon = bed.write('daemon', '');
  cleanups.push(() => process.kill(Number(readFileSync(daemon, 'utf8'))));
  const banner = 'i=0; while [ $i -lt 300 ]; do echo "*** $i ***"; echo "motd $i" >&2; i=$((i+1)); done';
  const fine = (cmd: string): Pick<HostileNode, 'cmd' | 'fails'> => ({ cmd, fails: null });
  const never = { cmd: 'echo must not run' };
  return {
    'silent-at-connect': { access: { port: mute.port, hostKey: plain.hostKey }, ...never, fails: /unreachable.* -> / },
    'silent-at-session': { access: unanswering, ...never, fails: /unreachable.* -> / },
    'silent-in-mid-task': {
      access: { address: gone.address, port: gone.port, hostKey: gone.hostKey, user: gone.user },
      identityFile: gone.identityFile,
      more: { stateDir: gone.stateDir },
      cmd: 'echo began; sleep 600',
      // Long enough for a slow machine to see that it began and to cut the link.
      timeout: 30,
      fails: /timed out; could not confirm that it ended -> /,
    },
    'banner-on-stdout': {
      access: await sshd({ ForceCommand: `${banner}; exec sh -c "$SSH_ORIGINAL_COMMAND"` }),
      ...fine('echo fine'),
    },
    'banner-without-end': { access: flood, ...never, fails: /unreachable.* did not answer in time.* -> / },
    'one-session': { access: await sshd({ MaxSessions: 1 }), ...fine('echo fine') },
    'shell-is-nologin': {
      // What the shell of an account without one is, and says.
      access: await sshd({ ForceCommand: '/usr/sbin/nologin' }),
      ...never,
      fails: /NODE_SHELL_UNUSABLE.*not available.* -> /,
    },
    'shell-is-python': {
      access: await sshd({ ForceCommand: 'python3 -c "$SSH_ORIGINAL_COMMAND"' }),
      ...never,
      fails: /NODE_SHELL_UNUSABLE.*Traceback.* -> /,
    },
    'shell-echoes': { access: await sshd({ ForceCommand: 'cat' }), ...never, fails: /did not answer in time.* -> / },
    'shell-is-a-menu': { access: menu, ...never, fails: /did not answer in time.* -> / },
    'shell-closes': { access: closing, ...never, fails: /NODE_SHELL_UNUSABLE.* -> / },
    ...(sudoer && {
      'sudo-wants-a-password': {
        access: sudoer,
        more: { become: 'sudo' },
        ...never,
        fails: /NODE_BECOME_REFUSED.*password is required.* -> /,
      },
    }),
    'disk-is-full': {
      access: await sshdOnSmallDisk(256, MIB),
      ...never,
      fails: /NODE_REQUIREMENT_MISSING.*cannot write.*disk is full/,
    },
    'disk-fills': {
      access: await sshdOnSmallDisk(512),
      cmd: 'echo first; head -c 4000000 /dev/zero; echo last >&2; exit 3',
      fails: /exited with code 3/,
      exitCode: 3,
    },
    'tmp-is-read-only': {
      access: await sshd({}, { mounts: 'mount --bind /tmp /tmp && mount -o remount,ro,bind /tmp' }),
      ...fine('touch /tmp/muster-hostile 2>/dev/null && exit 9; echo fine'),
    },
    'no-bash': {
      access: await sshd({}, { mounts: await withoutBash() }),
      ...fine('bash -c true 2>/dev/null && exit 9; echo fine'),
    },
    'daemon-holds-stdout': {
      access: await sshd(),
      ...fine(`setsid sleep 600 & echo $! >${daemon}; echo fine`),
    },
    'ignores-term': {
      access: await sshd(),
      cmd: 'trap "" TERM; while :; do sleep 1; done',
      timeout: 3,
      fails: /timed out and was ended/,
    },
    gigabyte: { access: await sshd(), ...fine(`head -c ${GIB} /dev/zero; echo fine >&2`) },
    bytes: { access: await sshd(), ...fine(BYTES) },
    'dies-by-signal': {
      access: await sshd(),
      cmd: 'echo before; kill -SEGV $$; sleep 5',
      fails: /ended by signal SEGV/,
    },
    'exit-255': { access: await sshd(), cmd: 'exit 255', fails: /exited with code 255/, exitCode: 255 },
    'other-host-key': {
      access: { ...(await sshd()), hostKey: unanswering.hostKey.replace(/.{4}$/, 'AAAA') },
      ...never,
      fails: /NODE_HOST_KEY_CHANGED.* -> /,
    },
  };
}

/** Half of an é at the end of 64 KiB, a character of four bytes across the next, then every byte there is. */
const BYTES = [
  'head -c 65535 /dev/zero | tr "\\0" a',
  'printf "\\303\\251"',
  'head -c 65533 /dev/zero | tr "\\0" b',
  'printf "\\360\\237\\230\\200"',
  'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %o $i)"; i=$((i+1)); done',
].join('; ');
const BYTES_WRITTEN = Buffer.concat([
  Buffer.from(`${'a'.repeat(65_535)}é${'b'.repeat(65_533)}😀`),
  Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
]);

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** One deployment over machines that each misbehave in a way of their own. */
describe('a deployment to hostile and broken nodes', () => {
  let bed: ProductionBed;
  let nodes: Record<string, HostileNode>;
  let transaction: string;
  let status: TransactionStatus;
  const peaks = { before: [0, 0], after: [0, 0] };

  beforeAll(async () => {
    bed = await ProductionBed.open(3, 1);
    nodes = await hostileNodes(bed);
    const names = Object.keys(nodes);
    const tasks = Object.entries(nodes).flatMap(([name, { cmd, timeout = 120 }]) => [
      { id: `do-${name}`, type: 'shell', role: [name], timeout, parameters: { cmd } },
      {
        id: `then-${name}`,
        type: 'shell',
        role: [name],
        requires: [`do-${name}`],
        parameters: { cmd: 'echo and then' },
      },
    ]);
    await bed.publish('hostile', { 'release.yaml': 'name: hostile\nversion: 1.0.0\n', 'tasks.yaml': stringify(tasks) });
    const file = bed.write(
      'hostile.yaml',
      stringify({
        cluster: 'hostile',
        release: 'hostile@1.0.0',
        nodes: Object.fromEntries(names.map((name) => [name, accessOf(nodes[name] as HostileNode, name, bed)])),
      }),
    );
    await musterJson(['cluster', 'apply', '-f', file], bed.env);
    const services = [bed.executors[0]?.pid ?? 0, bed.planner.pid];
    peaks.before = services.map(peakOf);
    transaction = await bed.deploy('hostile');
    await bed.task(transaction, 'do-silent-in-mid-task@silent-in-mid-task', 'running');
    await waitUntil(
      'its command says that it began',
      async () =>
        (await bed.muster(['logs', transaction, 'do-silent-in-mid-task@silent-in-mid-task'])).stdout === 'began\n',
    );
    await bed.hosts.hosts[0]?.cutLink();
    status = await bed.end(transaction, 240_000);
    peaks.after = services.map(peakOf);
  });

  afterAll(async () => {
    await bed?.hosts.hosts[0]?.restoreLink();
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await bed?.close();
  });

  const taskOf = (name: string): TaskStatus => status.graphs[0]?.tasks[name] as TaskStatus;

  it('ends, says failed, and each task says how it ended and what to do next', () => {
    expect(status.state).toBe('failed');
    const told = Object.fromEntries(
      Object.keys(nodes).map((name) => [
        name,
        `${taskOf(`do-${name}@${name}`).state}: ${String(taskOf(`do-${name}@${name}`).reason)}`,
      ]),
    );
    const expected = Object.fromEntries(
      Object.entries(nodes).map(([name, { fails }]) => [
        name,
        fails === null ? 'succeeded: null' : expect.stringMatching(new RegExp(`^failed: .*${fails.source}`, 's')),
      ]),
    );
    expect(told).toEqual(expected);
  });

  it('goes on where it can and nowhere else: the next task of each node', () => {
    const states = Object.fromEntries(Object.keys(nodes).map((name) => [name, taskOf(`then-${name}@${name}`).state]));
    expect(states).toEqual(
      Object.fromEntries(
        Object.entries(nodes).map(([name, { fails }]) => [name, fails === null ? 'succeeded' : 'blocked']),
      ),
    );
  });

  it('keeps exit codes as they are', () => {
    for (const [name, { exitCode }] of Object.entries(nodes))
      if (exitCode !== undefined) expect([name, taskOf(`do-${name}@${name}`).exitCode]).toEqual([name, exitCode]);
  });

  it('runs nothing where it could not be sure of the node', async () => {
    for (const [name, { cmd }] of Object.entries(nodes)) {
      if (cmd !== 'echo must not run') continue;
      expect([name, await bed.logs(transaction, `do-${name}@${name}`)]).toEqual([name, '']);
    }
  });

  it('has the output of each that ran, without the noise of its login', async () => {
    for (const [name, { cmd, fails }] of Object.entries(nodes)) {
      if (fails !== null || !cmd.endsWith('echo fine')) continue;
      expect([name, await bed.logs(transaction, `do-${name}@${name}`)]).toEqual([name, 'fine\n']);
    }
    expect(await bed.logs(transaction, 'do-dies-by-signal@dies-by-signal')).toBe('before\n');
  });

  it('passes bytes through as they are, characters cut by a chunk too', async () => {
    const file = bed.write('bytes.out', '');
    const env = Object.entries(bed.env)
      .map(([name, value]) => `${name}='${value}'`)
      .join(' ');
    await runProgram([
      '/bin/sh',
      '-c',
      `${env} ${process.execPath} ${join(__dirname, '../apps/cli/bin/muster.cjs')} logs -f ${transaction} do-bytes@bytes >${file}`,
    ]);
    expect(digest(readFileSync(file))).toBe(digest(BYTES_WRITTEN));
    const lines = (await bed.logs(transaction, 'do-bytes@bytes', '-o', 'json')).trim().split('\n');
    const pieces = lines.map((line) => JSON.parse(line) as { text: string; base64?: string });
    expect(
      digest(
        Buffer.concat(
          pieces.map(({ text, base64 }) => (base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64'))),
        ),
      ),
    ).toBe(digest(BYTES_WRITTEN));
  });

  it('keeps the head of a gigabyte, and needs little memory for it', async () => {
    const growth = peaks.after.map((after, index) => after - (peaks.before[index] ?? 0));
    expect(Math.max(...growth)).toBeLessThan(GROWTH_MAX);
    const logs = await bed.muster(['logs', transaction, 'do-gigabyte@gigabyte']);
    expect(logs.code).toBe(0);
    expect(logs.stdout.length).toBeGreaterThan(60 * MIB);
    expect(logs.stdout.length).toBeLessThanOrEqual(64 * MIB + 100);
  });

  describe('and then', () => {
    const cluster = (name: string, release: string, nodes: Readonly<Record<string, number>>): string => {
      const described = Object.entries(nodes).map(([node, host]) => {
        const { address, port, user, identityFile, hostKey, stateDir } = bed.hosts.hosts[host] as TestHost;
        return [node, { address, port, user, identityFile, hostKey, stateDir, roles: ['worker'] }];
      });
      return bed.write(`${name}.yaml`, stringify({ cluster: name, release, nodes: Object.fromEntries(described) }));
    };
    const publish = (name: string, task: object): Promise<void> =>
      bed.publish(name, {
        'release.yaml': `name: ${name}\nversion: 1.0.0\n`,
        'tasks.yaml': stringify([{ id: 'it', type: 'shell', role: ['worker'], ...task }]),
      });
    /** Deploys, and cuts the power of the node while the command runs. */
    const rebootInMidTask = async (name: string): Promise<string> => {
      const host = bed.hosts.hosts[1] as TestHost;
      rmSync(join(host.dataDir, 'runs'), { force: true });
      await musterJson(['cluster', 'apply', '-f', cluster('reboots', `${name}@1.0.0`, { one: 1 })], bed.env);
      const begun = await bed.deploy('reboots');
      await waitUntil('the command runs', () => existsSync(join(host.dataDir, 'runs')));
      await host.kill();
      await host.boot();
      return begun;
    };
    const runs = (): number =>
      readFileSync(join(bed.hosts.hosts[1]?.dataDir ?? '', 'runs'), 'utf8').split('\n').length - 1;
    const cmd = 'echo run >>~/runs; [ "$(wc -l <~/runs)" -gt 1 ] || sleep 600';

    it('runs a task again that the power failed under, where it says that it may', async () => {
      await publish('again', { idempotent: true, parameters: { cmd } });
      const ended = await bed.end(await rebootInMidTask('again'));
      expect([ended.state, ended.graphs[0]?.tasks['it@one']?.attempts, runs()]).toEqual(['succeeded', 2, 2]);
    });

    it('asks a person where it does not say so, and runs nothing by itself', async () => {
      await publish('once', { parameters: { cmd } });
      const begun = await rebootInMidTask('once');
      await bed.task(begun, 'it@one', 'lost');
      await waitUntil('it is paused', async () => (await bed.status(begun)).state === 'paused');
      const { reasons } = await musterJson<{ reasons: { code: string; text: string }[] }>(
        ['why', begun, 'it@one'],
        bed.env,
      );
      expect(reasons.map(({ code }) => code)).toEqual(['held', 'paused']);
      expect(reasons[0]?.text).toContain('retry or skip it');
      expect(runs()).toBe(1);
      expect((await bed.muster(['cancel', begun])).code).toBe(0);
      expect((await bed.end(begun)).state).toBe('cancelled');
    });

    it('refuses one machine under two names, in a cluster and in two at once', async () => {
      await publish('slow', { parameters: { cmd: 'sleep 600' } });
      const twice = await bed.muster(['cluster', 'apply', '-f', cluster('twice', 'slow@1.0.0', { a: 2, b: 2 })]);
      expect([twice.code, twice.stderr]).toEqual([
        1,
        expect.stringMatching(/CLUSTER_SAME_MACHINE[^]*node b[^]*host key of node a/),
      ]);
      await musterJson(['cluster', 'apply', '-f', cluster('first', 'slow@1.0.0', { a: 2 })], bed.env);
      await musterJson(['cluster', 'apply', '-f', cluster('second', 'slow@1.0.0', { b: 2 })], bed.env);
      const holder = await bed.deploy('first');
      await bed.task(holder, 'it@a', 'running');
      const refused = await bed.muster(['deploy', 'second', '--wait']);
      expect([refused.code, refused.stderr]).toEqual([
        8,
        expect.stringContaining(`claimed by transaction ${holder} of cluster first`),
      ]);
      expect((await bed.muster(['cancel', holder])).code).toBe(0);
      expect((await bed.end(holder)).state).toBe('cancelled');
    });
  });
});

function accessOf({ access, identityFile, more }: HostileNode, name: string, bed: ProductionBed): object {
  const { address = '127.0.0.1', port, user = userInfo().username, hostKey } = access;
  const own = identityFile ?? (access as Partial<TestSshd>).identityFile ?? bed.hosts.hosts[0]?.identityFile;
  return { address, port, user, hostKey, identityFile: own, roles: [name], ...more };
}
