import { makeKeyPair } from './connection/make-key-pair';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import type { NodeTarget, PrepareAnswer } from '@muster/execution';
import { makeSshKey } from '@muster/testkit';
import { utils } from 'ssh2';
import { fingerprint } from './connection/fingerprint';
import { SshNodePort, type SshNodePortOptions } from './ssh-node-port';
import {
  artifactsOf,
  clearFolder,
  embeddedBed,
  temporaryFolder,
  TICKET,
  type NodeBed,
} from './testing/node-bed.testing';
import { command } from './testing/node-port-contract.testing';
import { startCuttableProxy } from './testing/cuttable-proxy.testing';
import { eventually, Recorder } from './testing/recorder.testing';
import { sshdBed } from './testing/sshd-bed.testing';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function newPort(options: Partial<SshNodePortOptions> = {}): SshNodePort {
  const port = new SshNodePort({ artifacts: artifactsOf({}), ...options });
  cleanups.push(() => port.close());
  return port;
}

async function bedOf(made: Promise<NodeBed>): Promise<NodeBed> {
  const bed = await made;
  cleanups.push(() => bed.close());
  return bed;
}

/** A folder of programs for the front of PATH, or for all of it. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  cleanups.push(() => clearFolder(folder));
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

function withFirst(folder: string): string {
  return [folder, process.env['PATH']].join(delimiter);
}

/** Runs a command that prints `ran`, and expects that it did. */
async function expectToWork(port: SshNodePort, target: NodeTarget): Promise<void> {
  const recorder = new Recorder(port);
  const attempt = command('echo ran');
  expect(await port.start(target, TICKET, attempt)).toEqual({ kind: 'started' });
  expect(await recorder.last(attempt.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
  expect(recorder.output(attempt.id).toString()).toBe('ran\n');
}

function detailOf(answer: PrepareAnswer): string {
  return 'detail' in answer ? answer.detail : '';
}

describe('a node that', () => {
  it.each(['dash', 'bash', 'bash --posix', 'busybox sh'])('runs the launcher with %s works', async (shell) => {
    const bed = await bedOf(embeddedBed());
    await expectToWork(newPort({ shell }), bed.target);
  });

  it('was cloned with its state folder is told apart by its machine id, and by the folder where it has none', async () => {
    const bed = await bedOf(embeddedBed({ MUSTER_MACHINE_ID_FILE: '/nonexistent' }));
    const machineOf = async (id: string | null): Promise<string> => {
      const file = join(bed.stateDir, '..', 'machine-id');
      if (id !== null) writeFileSync(file, `${id}\n`);
      const env = { MUSTER_STATE_DIR: bed.stateDir, ...(id === null ? {} : { MUSTER_MACHINE_ID_FILE: file }) };
      const clone = id === null ? bed : await bedOf(embeddedBed(env));
      const answer = await newPort().identify(clone.target);
      return answer.kind === 'identified' ? answer.machine : detailOf(answer);
    };
    const folder = (await machineOf(null)).slice(2);
    expect(folder).toMatch(/^[0-9a-f-]{36}$/);
    expect(await machineOf(null)).toBe(`- ${folder}`);
    expect(await machineOf('0123456789abcdef0123456789abcdef')).toBe(`0123456789abcdef0123456789abcdef ${folder}`);
    expect(await machineOf('fedcba9876543210fedcba9876543210')).toBe(`fedcba9876543210fedcba9876543210 ${folder}`);
    // As systemd writes it into an image.
    expect(await machineOf('uninitialized')).toBe(`- ${folder}`);
  });

  it('is used under another name next keeps no connection of the first', async () => {
    const bed = await bedOf(embeddedBed());
    const port = newPort();
    await expectToWork(port, bed.target);
    await expectToWork(port, { ...bed.target, name: 'other' });
  });

  it('prints a banner of some length at login, on both streams, works', async () => {
    const noise = 'i=0; while [ $i -lt 500 ]; do echo "*** welcome $i ***"; echo "motd $i" >&2; i=$((i+1)); done';
    const bed = await bedOf(sshdBed({}, { ForceCommand: `${noise}; exec sh -c "$SSH_ORIGINAL_COMMAND"` }));
    await expectToWork(newPort(), bed.target);
  });

  it('allows one session per connection works, with files, probes and output read meanwhile', async () => {
    const bed = await bedOf(sshdBed({}, { MaxSessions: 1 }));
    const port = newPort();
    const recorder = new Recorder(port);
    const file = { path: 'f', content: { base64: Buffer.alloc(2_500_000, 'x').toString('base64') } };
    const attempt = command('wc -c <"$MUSTER_ATTEMPT_DIR/f"; sleep 0.3', { files: [file] });
    await port.start(bed.target, TICKET, attempt);
    const probe = {
      ...command(''),
      operation: { kind: 'probe', target: { port: bed.target.port }, intervalMs: 10 } as const,
    };
    await port.start(bed.target, TICKET, probe);
    await recorder.last(probe.id);
    await eventually('output', () => recorder.output(attempt.id).length > 0);
    expect(Buffer.from(await port.readOutput(bed.target, attempt, 'stdout', 0, 100)).toString()).toBe('2500000\n');
    await recorder.last(attempt.id);
  });

  it('accepts connections and says nothing is unreachable after the time limit', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise<void>((resolve) => silent.close(() => resolve())));
    silent.on('connection', (socket) => cleanups.push(() => void socket.destroy()));
    const { port: number } = silent.address() as AddressInfo;
    const bed = await bedOf(embeddedBed());
    const port = newPort({ connectTimeoutMs: 200 });
    expect(await port.prepare({ ...bed.target, port: number }, TICKET)).toMatchObject({ kind: 'unreachable' });
    await expect(port.scanHostKey('127.0.0.1', number)).rejects.toThrow('cannot read the host key');
  });

  it('logs in and whose shell never answers is unreachable after the time limit', async () => {
    const bed = await bedOf(embeddedBed());
    const port = newPort({ connectTimeoutMs: 300, shell: 'sleep 60' });
    expect(await port.prepare(bed.target, TICKET)).toMatchObject({ kind: 'unreachable' });
  });

  it('is not there is unreachable', async () => {
    const bed = await embeddedBed();
    await bed.close();
    const port = newPort();
    const answer = await port.start(bed.target, TICKET, command('true'));
    expect(answer).toMatchObject({ kind: 'unreachable' });
    await expect(port.readOutput(bed.target, { id: 'a', task: 'a@n1' }, 'stdout', 0, 1)).rejects.toThrow('n1');
  });

  it('shows another host key than the pinned one is refused, naming the one seen; unknown is never trusted', async () => {
    const bed = await bedOf(embeddedBed());
    const port = newPort();
    const changed = await port.prepare({ ...bed.target, hostKey: 'SHA256:other' }, TICKET);
    expect(changed).toMatchObject({ kind: 'refused', code: 'NODE_HOST_KEY_CHANGED' });
    expect(detailOf(changed)).toContain(bed.target.hostKey);
    const unknown = await port.prepare({ ...bed.target, hostKey: '' }, TICKET);
    expect(unknown).toMatchObject({ kind: 'refused', code: 'NODE_HOST_KEY_UNKNOWN' });
    expect(detailOf(unknown)).toContain(bed.target.hostKey);
    expect(await port.scanHostKey(bed.target.address, bed.target.port)).toBe(bed.target.hostKey);
  });

  it('has several host keys may be pinned by any of them', async () => {
    const folder = temporaryFolder();
    cleanups.push(() => clearFolder(folder));
    const shown = await makeSshKey(join(folder, 'ed25519'));
    const keys = utils.generateKeyPairSync('rsa', { bits: 2048 });
    writeFileSync(join(folder, 'rsa'), keys.private, { mode: 0o600 });
    const bed = await bedOf(sshdBed({}, { HostKey: [shown.file, join(folder, 'rsa')] }));
    const parsed = utils.parseKey(keys.public);
    if (parsed instanceof Error) throw parsed;
    await expectToWork(newPort(), { ...bed.target, hostKey: shown.fingerprint });
    await expectToWork(newPort(), { ...bed.target, hostKey: fingerprint(parsed.getPublicSSH()) });
  });

  it('refuses the key, or the user, is refused without a word of the key', async () => {
    const bed = await bedOf(embeddedBed());
    const port = newPort();
    const stranger = makeKeyPair('stranger').private;
    for (const wrong of [{ identity: stranger }, { user: 'root2' }, { identity: 'no key at all' }]) {
      const answer = await port.prepare({ ...bed.target, ...wrong }, TICKET);
      expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_LOGIN_REFUSED' });
      expect(detailOf(answer)).not.toMatch(/PRIVATE|no key at all/);
    }
  });

  it('has no shell for the login is refused', async () => {
    const bed = await bedOf(sshdBed());
    const answer = await newPort({ shell: 'false' }).prepare(bed.target, TICKET);
    expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_SHELL_UNUSABLE' });
  });

  it('goes down in the middle of a login is unreachable, and not taken for one that refuses it', async () => {
    const bed = await bedOf(sshdBed());
    expect(await newPort({ shell: `sh -c 'kill -9 $$'` }).prepare(bed.target, TICKET)).toMatchObject({
      kind: 'unreachable',
    });
    const mark = join(programs({}), 'mark');
    const asked = newPort({ shell: `sh -c 'touch ${mark}; sleep 30'` }).prepare(bed.target, TICKET);
    await eventually('the shell runs', () => existsSync(mark));
    await bed.dropConnections();
    expect(await asked).toMatchObject({ kind: 'unreachable' });
  });

  it('lacks a program is refused, naming all that it lacks', async () => {
    const tools = ['sh', 'dd', 'head', 'mkdir', 'mkfifo', 'mv', 'rm', 'sleep', 'wc', 'stat', 'chmod'];
    const folder = programs({});
    for (const tool of tools) symlinkSync(whereIs(tool), join(folder, tool));
    const bed = await bedOf(embeddedBed({ PATH: folder }));
    const answer = await newPort().prepare(bed.target, TICKET);
    expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_REQUIREMENT_MISSING' });
    expect(detailOf(answer)).toMatch(/flock setsid/);
  });

  it('has no temporary folder to write to works', async () => {
    const bed = await bedOf(embeddedBed({ TMPDIR: '/nowhere' }));
    await expectToWork(newPort({ shell: 'bash' }), bed.target);
    for (const part of ['ground', 'own', 'look', 'start', 'supervise', 'follow', 'cancel', 'loop']) {
      expect(readFileSync(join(__dirname, '..', 'launcher', `${part}.sh`), 'utf8')).not.toMatch(/<<|\/tmp|mktemp/);
    }
  });

  it('wants a password for sudo is refused, and says what sudo said', async () => {
    const sudo = programs({ sudo: 'echo "sudo: a password is required" >&2; exit 1' });
    const bed = await bedOf(embeddedBed({ PATH: withFirst(sudo) }));
    const answer = await newPort().prepare({ ...bed.target, become: 'sudo' }, TICKET);
    expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_BECOME_REFUSED' });
    expect(detailOf(answer)).toContain('a password is required');
  });

  it('becomes root by sudo keeps its state in the folder of the target', async () => {
    const sudo = programs({ sudo: '[ "$1" = -n ] && shift; exec env -i PATH="$PATH" "$@"' });
    const stateDir = mkdtempSync('/var/tmp/muster-remote-');
    cleanups.push(() => rmSync(stateDir, { recursive: true }));
    const bed = await bedOf(embeddedBed({ PATH: withFirst(sudo) }));
    const target: NodeTarget = { ...bed.target, become: 'sudo', stateDir: join(stateDir, 'state') };
    await expectToWork(newPort(), target);
    expect(readFileSync(join(target.stateDir, 'owner'), 'utf8')).toBe('inst-1 1 .\n');
    const inTmp = await newPort().prepare({ ...target, stateDir: '/tmp/muster-state' }, TICKET);
    expect(inTmp).toMatchObject({ kind: 'refused', code: 'NODE_REQUIREMENT_MISSING' });
    expect(detailOf(inTmp)).toContain('does not survive a reboot');
    rmSync('/tmp/muster-state', { recursive: true });
  });

  it('cannot write its state folder is refused', async () => {
    const folder = temporaryFolder();
    cleanups.push(() => clearFolder(folder));
    writeFileSync(join(folder, 'file'), '');
    const bed = await bedOf(embeddedBed({ MUSTER_STATE_DIR: join(folder, 'file', 'state') }));
    const answer = await newPort().prepare(bed.target, TICKET);
    expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_REQUIREMENT_MISSING' });
  });

  it('stands behind another is reached through it, its own host key checked', async () => {
    const jump = await bedOf(embeddedBed());
    const bed = await bedOf(sshdBed());
    const port = newPort();
    const target = { ...bed.target, jumps: [jump.target] };
    await expectToWork(port, target);
    expect(await port.prepare({ ...target, hostKey: 'SHA256:x' }, TICKET)).toMatchObject({
      code: 'NODE_HOST_KEY_CHANGED',
    });
    const closed = { ...target, jumps: [{ ...jump.target, hostKey: 'SHA256:x' }] };
    expect(detailOf(await port.prepare(closed, TICKET))).toContain('jump node n1');
    const recorder = new Recorder(port);
    const attempt = command('sleep 20');
    await port.start(target, TICKET, attempt);
    await jump.dropConnections();
    expect(await recorder.last(attempt.id)).toMatchObject({ kind: 'link-lost' });
  });

  it('forbids forwarding cannot be probed, and says so', async () => {
    const bed = await bedOf(sshdBed({}, { AllowTcpForwarding: 'no' }));
    const port = newPort();
    const recorder = new Recorder(port);
    const attempt = { ...command(''), operation: { kind: 'probe', target: { port: 1 }, intervalMs: 10 } as const };
    await port.start(bed.target, TICKET, attempt);
    expect(await recorder.last(attempt.id)).toMatchObject({
      result: { kind: 'refused', code: 'NODE_REQUIREMENT_MISSING' },
    });
  });

  it('is embedded gives its commands nothing of the server environment', async () => {
    process.env['MUSTER_SECRET_KEY'] = 'server-secret';
    process.env['AWS_SECRET'] = 'server-secret';
    cleanups.push(() => {
      delete process.env['MUSTER_SECRET_KEY'];
      delete process.env['AWS_SECRET'];
    });
    const bed = await bedOf(embeddedBed());
    const port = newPort();
    const recorder = new Recorder(port);
    const attempt = command('env; tr "\\0" "\\n" </proc/$PPID/environ');
    await port.start(bed.target, TICKET, attempt);
    await recorder.last(attempt.id);
    expect(recorder.output(attempt.id).toString()).toContain('HOME=');
    expect(recorder.output(attempt.id).toString()).not.toContain('server-secret');
  });

  it('runs a command with secrets shows them in no argument', async () => {
    const bed = await bedOf(embeddedBed());
    const port = newPort();
    const recorder = new Recorder(port);
    const marker = randomBytes(8).toString('hex');
    const file = { path: 'key', content: { base64: Buffer.from(marker).toString('base64') } };
    const script = `: ${marker}; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cF -f key; stat -c %a key`;
    const attempt = command(`cd "$MUSTER_ATTEMPT_DIR"; ${script}`, { env: { TOKEN: marker }, files: [file] });
    await port.start(bed.target, TICKET, attempt);
    await recorder.last(attempt.id);
    expect(recorder.output(attempt.id).toString()).toBe('0\n600\n');
  });

  it('hangs is noticed by keepalives within five seconds; the attempt goes on and is found again', async () => {
    const bed = await bedOf(embeddedBed());
    const proxy = await startCuttableProxy(bed.target.port);
    cleanups.push(() => proxy.close());
    const port = newPort();
    const recorder = new Recorder(port);
    const target = { ...bed.target, port: proxy.port };
    const attempt = command('sleep 1; exit 9');
    const ready = await port.prepare(target, TICKET);
    if (ready.kind !== 'ready') throw new Error(detailOf(ready));
    await port.start(target, TICKET, attempt);
    const from = process.hrtime.bigint();
    proxy.hang();
    expect(await recorder.last(attempt.id)).toMatchObject({ kind: 'link-lost' });
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeLessThan(5000);
    expect(await port.attach(target, TICKET, attempt, ready, { stdout: 0, stderr: 0 })).toEqual({ kind: 'ended' });
    await eventually('the end', () => recorder.of(attempt.id).some((it) => it.kind === 'ended'));
    expect(recorder.of(attempt.id).at(-1)).toMatchObject({ result: { kind: 'exited', code: 9 } });
  });

  it('hangs while nobody awaits anything is noticed within five seconds once somebody does', async () => {
    const bed = await bedOf(embeddedBed());
    const proxy = await startCuttableProxy(bed.target.port);
    cleanups.push(() => proxy.close());
    const port = newPort();
    const target = { ...bed.target, port: proxy.port };
    const ready = await port.prepare(target, TICKET);
    if (ready.kind !== 'ready') throw new Error(detailOf(ready));
    proxy.hang();
    const from = process.hrtime.bigint();
    const answer = await port.start(target, TICKET, command('exit 0'));
    // Over a new connection, since it takes starting twice as once.
    expect(answer.kind).toBe('started');
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeLessThan(5000);
  });

  it('is used by many at once has one connection, closed when nobody needs it, and made again', async () => {
    const bed = await bedOf(embeddedBed());
    const proxy = await startCuttableProxy(bed.target.port);
    cleanups.push(() => proxy.close());
    const target = { ...bed.target, port: proxy.port };
    const port = newPort({ idleMs: 100 });
    const recorder = new Recorder(port);
    const attempt = command('sleep 0.5');
    const [answer] = await Promise.all([
      port.start(target, TICKET, attempt),
      port.prepare(target, TICKET),
      port.readOutput(target, attempt, 'stdout', 0, 1),
    ]);
    expect(answer).toEqual({ kind: 'started' });
    expect(await recorder.last(attempt.id)).toMatchObject({ kind: 'ended' });
    expect(proxy.made).toBe(1);
    await eventually('the connection to be closed', () => proxy.open === 0);
    await expectToWork(port, target);
    expect(proxy.made).toBe(2);
  });
});

function whereIs(program: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      readFileSync(join(folder, program));
      return join(folder, program);
    } catch {
      // Not there.
    }
  }
  throw new Error(`no ${program} on the PATH`);
}
