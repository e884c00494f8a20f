import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '@muster/execution';
import { embeddedBed, type NodeBed } from '../testing/node-bed.testing';
import { sshdBed } from '../testing/sshd-bed.testing';
import { SshNodeShell } from './ssh-node-shell';

const SECRET = "it's $(touch injected)\n`secret`";

describe.each([
  ['a real sshd', sshdBed],
  ['an embedded node', embeddedBed],
])('short commands on %s', (_, makeBed) => {
  const shell = new SshNodeShell();
  const place = mkdtempSync(join(tmpdir(), 'muster-shell-'));
  let bed: NodeBed;
  beforeAll(async () => {
    bed = await makeBed();
  });
  afterAll(async () => {
    await bed.close();
    rmSync(place, { recursive: true, force: true });
  });
  const command = (script: string, secret?: string): Extract<Operation, { kind: 'command' }> => ({
    kind: 'command',
    script,
    files:
      secret === undefined
        ? []
        : [{ path: 'settings/key', content: { base64: Buffer.from(secret).toString('base64') } }],
    env: { MUSTER_NODE: "n'1; touch injected" },
    cwd: null,
  });

  it('have their files for themselves, are told what they are told, and leave nothing', async () => {
    const script = `cat "$MUSTER_ATTEMPT_DIR"/settings/key; stat -c %a "$MUSTER_ATTEMPT_DIR" "$MUSTER_ATTEMPT_DIR"/settings/key >&2
printf '%s\\n' "$MUSTER_NODE" "$MUSTER_ATTEMPT_DIR" >&2; exit 3`;
    const answer = await shell.run(bed.target, command(script, SECRET), 10_000);
    expect(answer).toMatchObject({ kind: 'exited', code: 3, stdout: SECRET });
    if (answer.kind !== 'exited') return;
    const [folderMode, fileMode, node, folder = ''] = answer.stderr.trim().split('\n');
    expect([folderMode, fileMode, node]).toEqual(['700', '600', "n'1; touch injected"]);
    expect(existsSync(folder)).toBe(false);
  }, 60_000);

  // Each would take its whole patience if whoever watches it missed being ended; about one in twenty did.
  it('are answered when they end, however early that is', async () => {
    for (let round = 0; round < 12; round++) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => shell.run(bed.target, command(':'), 60_000)));
      expect(answers).toMatchObject(answers.map(() => ({ kind: 'exited', code: 0 })));
    }
  }, 60_000);

  it('never show a secret in the list of processes', async () => {
    const answer = await shell.run(bed.target, command('ps -eo args', 'never-in-arguments'), 10_000);
    expect(answer).toMatchObject({ kind: 'exited', code: 0 });
    expect(JSON.stringify(answer)).not.toContain('never-in-arguments');
  }, 60_000);

  it('end what takes too long, with all that it started', async () => {
    const pids = join(place, 'pids');
    const script = `trap '' TERM; sleep 300 & echo $! >${pids}; wait; sleep 300`;
    expect(await shell.run(bed.target, command(script), 1000)).toMatchObject({ kind: 'exited', code: 124 });
    const pid = readFileSync(pids, 'utf8').trim();
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] : 'gone';
    // Where nobody reaps it stays as a zombie.
    expect(state).toMatch(/^(gone|Z)/);
  }, 60_000);

  it('go through a jump node, and keep the beginning of a long output', async () => {
    const through = { ...bed.target, name: 'n2', jumps: [{ ...bed.target, name: 'n1' }] };
    const answer = await shell.run(through, command('head -c 1000000 /dev/zero | tr "\\0" x; echo end'), 10_000);
    expect(answer).toMatchObject({ kind: 'exited', code: 0, stdout: 'x'.repeat(65_536) });
    const other = { ...through, jumps: [{ ...bed.target, name: 'n1', hostKey: `SHA256:${'A'.repeat(43)}` }] };
    expect(await shell.run(other, command('true'), 10_000)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('jump node n1') as string,
    });
  }, 60_000);
});
