import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { AttemptSpec } from '@muster/execution';
import { SshNodePort } from './ssh-node-port';
import { artifactsOf, clearFolder, temporaryFolder, TICKET, type NodeBed } from './testing/node-bed.testing';
import { command } from './testing/node-port-contract.testing';
import { eventually, Recorder } from './testing/recorder.testing';
import { sshdBed } from './testing/sshd-bed.testing';

const NEXT_TICKET = { ...TICKET, ticket: TICKET.ticket + 1 };

describe('a question that OpenSSH is asked for a wait', () => {
  const ports: SshNodePort[] = [];
  let bed: NodeBed;
  let folder: string;
  let port: SshNodePort;

  const newPort = (): SshNodePort => {
    const made = new SshNodePort({ artifacts: artifactsOf({}) });
    ports.push(made);
    return made;
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    bed = await sshdBed();
    port = newPort();
  });
  afterEach(async () => {
    for (const it of ports.splice(0)) await it.close();
    await bed.close();
    clearFolder(folder);
  });

  const journal = (): string[] =>
    existsSync(join(folder, 'journal')) ? readFileSync(join(folder, 'journal'), 'utf8').trim().split('\n') : [];
  const asked = (times: number): Promise<unknown> => eventually('the question', () => journal().length >= times);
  /** Whether any process of a question is alive: each holds this lock. */
  const isAsked = (): boolean => spawnSync('flock', ['-n', join(folder, 'live'), 'true']).status !== 0;
  /** Writes down whether another one lives, and takes long. */
  const slow = (trap = ''): AttemptSpec => {
    const check = `${trap}
      exec 9>>${folder}/live
      if flock -n 9; then echo alone >>${folder}/journal; else echo twice >>${folder}/journal; fi
      sleep 20 & wait; wait; sleep 20`;
    return { ...command(''), operation: { kind: 'probe', target: { check, env: {} }, intervalMs: 20 } };
  };

  it.each([
    ['ends', ''],
    ['and that ignores TERM ends', "trap '' TERM"],
  ])('%s with a confirmed cancel', async (_, trap) => {
    const wait = slow(trap);
    await port.start(bed.target, TICKET, wait);
    await asked(1);
    expect(await port.cancel(bed.target, TICKET, wait, 200)).toEqual({ kind: 'confirmed' });
    expect(isAsked()).toBe(false);
    const again = slow();
    await port.start(bed.target, TICKET, again);
    await asked(2);
    expect(journal()).toEqual(['alone', 'alone']);
  });

  it('is ended by a cancel of the next owner, who has not attached', async () => {
    const wait = slow();
    await port.start(bed.target, TICKET, wait);
    await asked(1);
    expect(await newPort().cancel(bed.target, NEXT_TICKET, wait, 200)).toEqual({ kind: 'confirmed' });
    expect(isAsked()).toBe(false);
  });

  it.each([
    ['after a takeover', NEXT_TICKET],
    ['after a lost link', TICKET],
  ])('is not asked twice at once %s', async (_, ticket) => {
    const wait = slow();
    const recorder = new Recorder(port);
    const ready = await port.prepare(bed.target, TICKET);
    if (ready.kind !== 'ready') throw new Error(JSON.stringify(ready));
    await port.start(bed.target, TICKET, wait);
    await asked(1);
    const owner = ticket === TICKET ? port : newPort();
    if (ticket === TICKET) {
      await bed.dropConnections();
      expect(await recorder.last(wait.id)).toMatchObject({ kind: 'link-lost' });
    }
    expect(await owner.attach(bed.target, ticket, wait, ready, { stdout: 0, stderr: 0 })).toEqual({ kind: 'running' });
    await asked(2);
    expect(journal()).toEqual(['alone', 'alone']);
    expect(await owner.cancel(bed.target, ticket, wait, 200)).toEqual({ kind: 'confirmed' });
    expect(isAsked()).toBe(false);
  });

  it('does not run beside what the next owner starts', async () => {
    await port.start(bed.target, TICKET, slow());
    await asked(1);
    const owner = newPort();
    const recorder = new Recorder(owner);
    const next = command(`flock -n ${folder}/live true`);
    expect(await owner.start(bed.target, NEXT_TICKET, next)).toEqual({ kind: 'started' });
    expect(await recorder.last(next.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
  });

  it('waits for one that cannot be ended, names it, and is asked once that is over', async () => {
    const recorder = new Recorder(port);
    const before = slow();
    await port.start(bed.target, TICKET, before);
    await asked(1);
    // As the launcher notes of a question that even KILL does not end.
    writeFileSync(join(bed.stateDir, 'ending', before.id), '');
    const operation = { kind: 'probe', target: { check: 'true', env: {} }, intervalMs: 20 } as const;
    const wait: AttemptSpec = { ...command(''), operation };
    await port.start(bed.target, TICKET, wait);
    const told = (other: string | null) => ({ kind: 'node-busy', attempt: wait.id, other });
    await eventually('it to be told', () => recorder.of(wait.id).length > 0);
    expect(recorder.of(wait.id)).toEqual([told(before.id)]);
    expect(await port.cancel(bed.target, TICKET, before, 200)).toEqual({ kind: 'confirmed' });
    expect(await recorder.last(wait.id)).toMatchObject({ kind: 'ended', result: { kind: 'exited', code: 0 } });
    expect(recorder.of(wait.id).slice(0, -1)).toEqual([told(before.id), told(null)]);
  });

  it('is not confirmed as ended while the node cannot be reached', async () => {
    const wait = slow();
    await port.start(bed.target, TICKET, wait);
    await asked(1);
    const elsewhere = { ...bed.target, port: 1 };
    const owner = newPort();
    expect(await owner.cancel(elsewhere, NEXT_TICKET, wait, 200)).toMatchObject({ kind: 'unreachable' });
    expect(isAsked()).toBe(true);
    expect(await owner.cancel(bed.target, NEXT_TICKET, wait, 200)).toEqual({ kind: 'confirmed' });
    expect(isAsked()).toBe(false);
  });

  it('about a page leaves no connection open after a cancel', async () => {
    const open: Socket[] = [];
    const silent = createServer((socket) => open.push(socket.on('error', () => undefined).resume()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const page = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    const operation = { kind: 'probe', target: { http: page, expect: null }, intervalMs: 20 } as const;
    const waits = [command(''), command('')].map((attempt): AttemptSpec => ({ ...attempt, operation }));
    try {
      for (const [at, wait] of waits.entries()) {
        await port.start(bed.target, TICKET, wait);
        await eventually('the page to be asked for', () => open.length === at + 1);
      }
      expect(await port.cancel(bed.target, TICKET, waits[1] as AttemptSpec, 0)).toEqual({ kind: 'confirmed' });
      await eventually('the connection to be closed', () => open[1]?.destroyed);
      // The one that was asked before still waits for its answer, so it was not for being late.
      expect(open[0]?.destroyed).toBe(false);
    } finally {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => silent.close(() => resolve()));
    }
  });
});
