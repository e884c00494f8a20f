import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AttemptSpec, NodeReady, OperationFile } from '@muster/execution';
import { waitUntil } from '@muster/testkit';
import type { ProbeTarget } from '../probe';
import { SshNodePort, type SshNodePortOptions } from '../ssh-node-port';
import { artifactsOf, TICKET, type MakeBed, type NodeBed } from './node-bed.testing';
import { eventually, Recorder } from './recorder.testing';
import { SELF_SIGNED } from './self-signed.testing';

const NOTHING = { stdout: 0, stderr: 0 };
const ARTIFACT = Buffer.alloc(3_000_000, 'artifact ');

let number = 0;

export function command(
  script: string,
  more: { readonly env?: Record<string, string>; readonly files?: OperationFile[]; readonly cwd?: string } = {},
): AttemptSpec {
  number++;
  const { env = {}, files = [], cwd = null } = more;
  return { id: `a${number}`, task: `t${number}@n1`, operation: { kind: 'command', script, files, env, cwd } };
}

/** What every adapter of the node port has to keep, run against each way to serve a node. */
export function nodePortContract(name: string, makeBed: MakeBed): void {
  describe(`the node port on ${name}`, () => {
    const ports: SshNodePort[] = [];
    const beds: NodeBed[] = [];
    let bed: NodeBed;
    let port: SshNodePort;
    let recorder: Recorder;
    let ready: NodeReady;

    const newPort = (options: Partial<SshNodePortOptions> = {}): SshNodePort => {
      const made = new SshNodePort({
        artifacts: artifactsOf({ 'sha256:a': ARTIFACT }),
        ...(bed.shell ? { shell: bed.shell } : {}),
        ...options,
      });
      ports.push(made);
      return made;
    };

    const prepared = async (by: SshNodePort, ticket = TICKET): Promise<NodeReady> => {
      const answer = await by.prepare(bed.target, ticket);
      if (answer.kind !== 'ready') throw new Error(JSON.stringify(answer));
      return answer;
    };

    beforeEach(async () => {
      bed = await makeBed();
      beds.push(bed);
      port = newPort();
      recorder = new Recorder(port);
      ready = await prepared(port);
    });

    afterEach(async () => {
      for (const it of ports.splice(0)) await it.close();
      for (const it of beds.splice(0)) await it.close();
    });

    it('runs a command, and gives its output before its end', async () => {
      const attempt = command('echo out; echo err >&2; exit 7');
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      expect(await recorder.last(attempt.id)).toEqual({
        kind: 'ended',
        attempt: attempt.id,
        result: { kind: 'exited', code: 7, sizes: { stdout: 4, stderr: 4 } },
        sizes: { stdout: 4, stderr: 4 },
      });
      expect(recorder.output(attempt.id).toString()).toBe('out\n');
      expect(recorder.output(attempt.id, 'stderr').toString()).toBe('err\n');
    });

    it('puts files, variables and the working folder in place, and returns outputs', async () => {
      const attempt = command(
        `set -e
         test "$PWD" = /usr; test "$A" = "it's \\ two
lines \u00e9"; test -z "$B"
         test "$MUSTER_ATTEMPT" = ${`a${number + 1}`}; test "$MUSTER_TASK" = ${`t${number + 1}@n1`}
         cd "$MUSTER_ATTEMPT_DIR"
         test "$(wc -c <deep/er/artifact)" = ${ARTIFACT.length}
         test -x tool; test "$(stat -c %a secret)" = 600
         printf '{"from": "%s"}' "$(cat secret)" >"$MUSTER_OUTPUT"`,
        {
          cwd: '/usr',
          env: { A: "it's \\ two\nlines \u00e9", B: '' },
          files: [
            { path: 'deep/er/artifact', content: { artifact: 'sha256:a', size: ARTIFACT.length } },
            { path: 'secret', content: { base64: Buffer.from('s3cret').toString('base64') } },
            { path: 'tool', mode: 0o755, content: { base64: '' } },
          ],
        },
      );
      await port.start(bed.target, TICKET, attempt);
      const end = await recorder.last(attempt.id);
      expect(recorder.output(attempt.id, 'stderr').toString()).toBe('');
      expect(end).toMatchObject({ result: { kind: 'exited', code: 0, outputs: { from: 's3cret' } } });
    });

    it('gives short output byte for byte', async () => {
      const outputs = [
        ' two  words \n\n\tand a tab\n',
        'no line end',
        '\n',
        'nul\0byte\n',
        'line\u0001end',
        'caf\u00e9 \u{1f600}\r\n',
        '\\n %s -n\n',
        'x'.repeat(511) + '\n',
        'x'.repeat(513),
      ];
      for (const text of outputs) {
        const octal = [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
        const attempt = command(`printf '${octal}'; printf '${octal}!' >&2`);
        await port.start(bed.target, TICKET, attempt);
        await recorder.last(attempt.id);
        expect(recorder.output(attempt.id).toString()).toBe(text);
        expect(recorder.output(attempt.id, 'stderr').toString()).toBe(`${text}!`);
      }
    });

    it('runs scripts of any length and with any bytes', async () => {
      const long = 'x'.repeat(200_000);
      const attempt = command(`printf '%s' '${long}' | wc -c; printf '%s\\n' 'tab\there \\0101 %s $HOME \u{1f600}'`);
      await port.start(bed.target, TICKET, attempt);
      await recorder.last(attempt.id);
      expect(recorder.output(attempt.id).toString()).toBe('200000\ntab\there \\0101 %s $HOME \u{1f600}\n');
    });

    it('starts an attempt once, however often it is asked to', async () => {
      const attempt = command('echo run >>"$MUSTER_ATTEMPT_DIR/journal"; sleep 0.3');
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      await recorder.last(attempt.id);
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      await recorder.until(() =>
        recorder.of(attempt.id).filter((it) => it.kind === 'ended').length === 2 ? true : null,
      );
      expect(readFileSync(join(bed.stateDir, 'attempts', attempt.id, 'work', 'journal'), 'utf8')).toBe('run\n');
    });

    it('runs one attempt at a time', async () => {
      const first = command('sleep 5');
      await port.start(bed.target, TICKET, first);
      const held = { kind: 'busy', attempt: first.id };
      expect(await port.start(bed.target, TICKET, command('true'))).toEqual(held);
      expect(await port.cancel(bed.target, TICKET, first, 1000)).toEqual({ kind: 'confirmed' });
      expect(await recorder.last(first.id)).toMatchObject({ result: { kind: 'signalled', signal: 'TERM' } });
      const next = command('true');
      expect(await port.start(bed.target, TICKET, next)).toEqual({ kind: 'started' });
      expect(await recorder.last(next.id)).toMatchObject({ result: { code: 0 } });
    });

    it('tells signals and high exit codes apart from each other', async () => {
      for (const [script, result] of [
        ['kill -9 $$', { kind: 'signalled', signal: 'KILL' }],
        ['exit 255', { kind: 'exited', code: 255 }],
        ['exit 126', { kind: 'exited', code: 126 }],
      ] as const) {
        const attempt = command(script);
        await port.start(bed.target, TICKET, attempt);
        expect(await recorder.last(attempt.id)).toMatchObject({ result });
      }
    });

    it('ends a command that ignores TERM', async () => {
      const attempt = command(`trap '' TERM; echo up; while :; do sleep 0.1; done`);
      await port.start(bed.target, TICKET, attempt);
      await recorder.until(() => (recorder.output(attempt.id).length > 0 ? true : null));
      expect(await port.cancel(bed.target, TICKET, attempt, 200)).toEqual({ kind: 'confirmed' });
      expect(await recorder.last(attempt.id)).toMatchObject({ result: { kind: 'signalled', signal: 'KILL' } });
    });

    it('never starts an attempt that was cancelled before', async () => {
      const attempt = command('echo run');
      expect(await port.cancel(bed.target, TICKET, attempt, 100)).toEqual({ kind: 'confirmed' });
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      expect(await recorder.last(attempt.id)).toMatchObject({ result: { kind: 'cancelled', confirmed: true } });
    });

    it('does not wait for a daemon that keeps the output open, and is free afterwards', async () => {
      const attempt = command('echo before; sleep 30 & echo $!');
      await port.start(bed.target, TICKET, attempt);
      expect(await recorder.last(attempt.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
      expect(recorder.output(attempt.id).toString()).toMatch(/^before\n\d+\n$/);
      const next = command('true');
      expect(await port.start(bed.target, TICKET, next)).toEqual({ kind: 'started' });
      expect(await recorder.last(next.id)).toMatchObject({ result: { code: 0 } });
    });

    it('keeps the head of large output, and counts the rest', async () => {
      const small = newPort({ outputLimit: 1_000_000 });
      const reports = new Recorder(small);
      const attempt = command('head -c 100000000 /dev/zero; echo done >&2');
      await small.start(bed.target, TICKET, attempt);
      expect(await reports.last(attempt.id)).toMatchObject({
        result: { code: 0 },
        sizes: { stdout: 100_000_000, stderr: 5 },
      });
      const kept = reports.output(attempt.id).length;
      expect(kept).toBeGreaterThan(1_000_000 - 2 * 65_536);
      expect(kept).toBeLessThanOrEqual(1_000_000);
    });

    it('passes bytes through as they are, in order and in chunks of at most 64 KiB', async () => {
      const attempt = command(
        `i=0; while [ $i -lt 300 ]; do printf '\\000\\377\\303'; head -c 1000 /dev/zero; printf '\\251'; i=$((i + 1)); done`,
      );
      await port.start(bed.target, TICKET, attempt);
      await recorder.last(attempt.id);
      const one = Buffer.concat([Buffer.from([0, 255, 0xc3]), Buffer.alloc(1000), Buffer.from([0xa9])]);
      expect(recorder.output(attempt.id).equals(Buffer.concat(Array.from({ length: 300 }, () => one)))).toBe(true);
      let offset = 0;
      for (const report of recorder.of(attempt.id)) {
        if (report.kind !== 'output') continue;
        expect(report.offset).toBe(offset);
        expect(report.bytes.length).toBeLessThanOrEqual(65_536);
        offset += report.bytes.length;
      }
      expect(Buffer.from(await port.readOutput(bed.target, attempt, 'stdout', 1003, 3)).toString('hex')).toBe('a900ff');
      expect(await port.readOutput(bed.target, attempt, 'stdout', 301_200, 10)).toHaveLength(0);
    });

    it('gives output while the command runs', async () => {
      const attempt = command('echo first; read -r line </dev/null; sleep 20');
      await port.start(bed.target, TICKET, attempt);
      await recorder.until(() => (recorder.output(attempt.id).toString() === 'first\n' ? true : null));
      await port.cancel(bed.target, TICKET, attempt, 1000);
    });

    it('attaches to a running command after the link was lost, from the offset asked for', async () => {
      const attempt = command('echo one; until [ -e "$MUSTER_ATTEMPT_DIR/go" ]; do sleep 0.05; done; echo two; exit 3');
      await port.start(bed.target, TICKET, attempt);
      await recorder.until(() => (recorder.output(attempt.id).length === 4 ? true : null));
      await bed.dropConnections();
      expect(await recorder.last(attempt.id)).toEqual({ kind: 'link-lost', attempt: attempt.id, node: 'n1' });
      const other = newPort();
      const reports = new Recorder(other);
      const newer = { ...TICKET, ticket: 2 };
      expect(await other.attach(bed.target, newer, attempt, ready, { stdout: 4, stderr: 0 })).toEqual({
        kind: 'running',
      });
      expect(await port.start(bed.target, TICKET, command('true'))).toMatchObject({
        kind: 'refused',
        code: 'NODE_TICKET_OLD',
      });
      const go = command('true').id;
      expect(await other.start(bed.target, newer, { ...attempt, id: go })).toMatchObject({ kind: 'busy' });
      await eventually('the work folder', () => existsSync(join(bed.stateDir, 'attempts', attempt.id, 'work')));
      touch(join(bed.stateDir, 'attempts', attempt.id, 'work', 'go'));
      expect(await reports.last(attempt.id)).toMatchObject({
        result: { kind: 'exited', code: 3 },
        sizes: { stdout: 8, stderr: 0 },
      });
      expect(reports.output(attempt.id).toString()).toBe('two\n');
    });

    it('tells the five cases of attach apart', async () => {
      const attempt = command('echo x; exit 5');
      expect(await port.attach(bed.target, TICKET, attempt, ready, NOTHING)).toEqual({ kind: 'never-started' });
      const elsewhere = { ...ready, stateFolder: 'another' };
      expect(await port.attach(bed.target, TICKET, attempt, elsewhere, NOTHING)).toMatchObject({ kind: 'lost' });
      const booted = { ...ready, bootId: 'another' };
      expect(await port.attach(bed.target, TICKET, attempt, booted, NOTHING)).toMatchObject({ kind: 'lost' });
      await port.start(bed.target, TICKET, attempt);
      await recorder.last(attempt.id);
      expect(await port.attach(bed.target, TICKET, attempt, booted, NOTHING)).toEqual({ kind: 'ended' });
      await recorder.until(() =>
        recorder.of(attempt.id).filter((it) => it.kind === 'ended').length === 2 ? true : null,
      );
      expect(recorder.output(attempt.id).toString()).toBe('x\nx\n');
    });

    it('stays busy while a command lives whose supervisor was killed, and says that its end is lost', async () => {
      const attempt = command('echo $PPID; until [ -e "$MUSTER_ATTEMPT_DIR/go" ]; do sleep 0.05; done');
      await port.start(bed.target, TICKET, attempt);
      await recorder.until(() => (recorder.output(attempt.id).length > 0 ? true : null));
      process.kill(Number(recorder.output(attempt.id).toString()), 'SIGKILL');
      const other = newPort();
      const reports = new Recorder(other);
      expect(await other.attach(bed.target, TICKET, attempt, ready, NOTHING)).toEqual({ kind: 'running' });
      expect(await other.start(bed.target, TICKET, command('true'))).toEqual({
        kind: 'busy',
        attempt: attempt.id,
      });
      touch(join(bed.stateDir, 'attempts', attempt.id, 'work', 'go'));
      expect(await reports.last(attempt.id)).toMatchObject({ result: { kind: 'lost' } });
      expect(await other.attach(bed.target, TICKET, attempt, ready, NOTHING)).toMatchObject({ kind: 'lost' });
      const next = command('true');
      expect(await other.start(bed.target, TICKET, next)).toEqual({ kind: 'started' });
      await reports.last(next.id);
    });

    it('answers a late start of a forgotten attempt, and does not run it', async () => {
      const attempt = command('echo run; exit 4');
      await port.start(bed.target, TICKET, attempt);
      await recorder.last(attempt.id);
      await port.forget(bed.target, TICKET, [attempt]);
      expect(existsSync(join(bed.stateDir, 'attempts', attempt.id))).toBe(false);
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      const ends = await recorder.until(() => {
        const found = recorder.of(attempt.id).filter((it) => it.kind === 'ended');
        return found.length === 2 ? found : null;
      });
      expect(ends[1]).toMatchObject({ result: { kind: 'exited', code: 4 } });
      expect(await port.attach(bed.target, TICKET, attempt, ready, NOTHING)).toEqual({ kind: 'ended' });
      expect(existsSync(join(bed.stateDir, 'attempts', attempt.id))).toBe(false);
    });

    it('says which machine it is, the same for every connection and before anything is owned', async () => {
      const machine = expect.stringMatching(new RegExp(`^(-|[0-9a-f]+) ${ready.stateFolder}$`));
      const found = await newPort().identify(bed.target);
      expect(found).toEqual({ kind: 'identified', machine });
      expect(await port.identify(bed.target)).toEqual(found);
      expect(await newPort().identify({ ...bed.target, port: 1 })).toMatchObject({ kind: 'unreachable' });
    });

    it('refuses a smaller ticket and another installation, until the node is adopted', async () => {
      const newer = newPort();
      await prepared(newer, { ...TICKET, ticket: 5 });
      expect(await newPort().prepare(bed.target, { ...TICKET, ticket: 4 })).toMatchObject({ code: 'NODE_TICKET_OLD' });
      const other = newPort();
      const theirs = { installation: 'inst-2', ticket: 1 };
      const answer = await other.prepare(bed.target, theirs);
      expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_OTHER_OWNER' });
      expect(JSON.stringify(answer)).toContain('inst-1');
      expect(await other.adopt(bed.target, theirs)).toMatchObject({ kind: 'ready', stateFolder: ready.stateFolder });
      // One that is sent before it is seen that its launcher was ended counts as started until somebody asks the node.
      const ran = join(bed.stateDir, 'ran');
      const late = await waitUntil('a start of the owner before is refused', async () => {
        const told = await newer.start(bed.target, { ...TICKET, ticket: 5 }, command(`touch ${ran}`));
        return told.kind === 'started' ? null : told;
      });
      expect(late).toMatchObject({ code: 'NODE_OTHER_OWNER' });
      expect(existsSync(ran)).toBe(false);
    });

    it('probes ports and pages from the side of the node until they answer', async () => {
      let asked = 0;
      const server = createServer((_, response) => {
        asked++;
        response.statusCode = asked < 3 ? 503 : 200;
        response.end();
      });
      const probe = (target: { port: number } | { http: string; expect: number | null }): AttemptSpec => ({
        ...command(''),
        operation: { kind: 'probe', target, intervalMs: 20 },
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port: number } = server.address() as AddressInfo;
      const page = probe({ http: `http://127.0.0.1:${number}/health`, expect: null });
      expect(await port.start(bed.target, TICKET, page)).toEqual({ kind: 'started' });
      expect(await recorder.last(page.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
      expect(asked).toBe(3);
      const open = probe({ port: number });
      await port.start(bed.target, TICKET, open);
      await recorder.last(open.id);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      const closed = probe({ port: number });
      await port.start(bed.target, TICKET, closed);
      expect(await port.cancel(bed.target, TICKET, closed, 0)).toEqual({ kind: 'confirmed' });
    });

    it('probes pages over TLS, other hosts that the node knows, and trusts no certificate unasked', async () => {
      const server = createTlsServer(SELF_SIGNED, (_, response) => response.end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port: number } = server.address() as AddressInfo;
      const probe = (target: ProbeTarget): AttemptSpec => ({
        ...command(''),
        operation: { kind: 'probe', target, intervalMs: 20 },
      });
      try {
        const page = { http: `https://localhost:${number}/`, expect: null };
        const [wary, trusting, open] = [
          probe(page),
          probe({ ...page, isTrusting: true }),
          probe({ port: number, host: 'localhost' }),
        ];
        for (const each of [wary, trusting, open]) await port.start(bed.target, TICKET, each);
        expect(await recorder.last(trusting.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
        expect(await recorder.last(open.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
        expect(await recorder.last(wary.id)).toMatchObject({
          result: { kind: 'refused', code: 'NODE_CERTIFICATE_UNTRUSTED' },
        });
      } finally {
        await new Promise<void>((resolve) => server.close(() => resolve()));
      }
    });

    it('asks a command until it succeeds, many at once, with nothing left of it between two questions', async () => {
      const waits = Array.from({ length: 20 }, (_, at): AttemptSpec => {
        const check = `[ "$HELD" = "it's" ] && test -e ${bed.stateDir}/open${at % 2}`;
        return {
          ...command(''),
          operation: { kind: 'probe', target: { check, env: { HELD: "it's" } }, intervalMs: 50 },
        };
      });
      for (const wait of waits) expect(await port.start(bed.target, TICKET, wait)).toEqual({ kind: 'started' });
      // The node is free for others meanwhile.
      const other = command(`touch ${bed.stateDir}/open0`);
      await port.start(bed.target, TICKET, other);
      expect(await recorder.last(other.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
      for (const [at, { id }] of waits.entries()) {
        if (at % 2 === 0) expect(await recorder.last(id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
        else await port.cancel(bed.target, TICKET, { id, task: 't@n1' }, 0);
      }
      // Whoever takes a wait over goes on asking; but not one that was cancelled.
      const late = { ...(waits[1] as AttemptSpec), id: `${waits[1]?.id}-late` };
      expect(await port.attach(bed.target, TICKET, late, ready, NOTHING)).toEqual({ kind: 'running' });
      writeFileSync(join(bed.stateDir, 'open1'), '');
      expect(await recorder.last(late.id)).toMatchObject({ result: { kind: 'exited', code: 0 } });
      expect(readdirSync(join(bed.stateDir, 'attempts')).length).toBeLessThanOrEqual(1);
    });

    it('reboots: ends with code 0 once another boot id answers', async () => {
      const attempt: AttemptSpec = { ...command(''), operation: { kind: 'reboot' } };
      expect(await port.start(bed.target, TICKET, attempt)).toEqual({ kind: 'started' });
      expect(await recorder.last(attempt.id)).toMatchObject({ kind: 'ended', result: { kind: 'exited', code: 0 } });
      expect((await prepared(port)).bootId).not.toBe(ready.bootId);
      expect(await port.attach(bed.target, TICKET, attempt, ready, NOTHING)).toEqual({ kind: 'ended' });
    });

    it('leaves out outputs that are no JSON or too large, and says so', async () => {
      for (const [script, note] of [
        ['printf "{" >"$MUSTER_OUTPUT"', /not JSON/],
        ['head -c 70000 /dev/zero >"$MUSTER_OUTPUT"', /larger/],
        ['echo 1 >"$MUSTER_OUTPUT"', /not a JSON object/],
        [`printf '%s' '{"a": "\\u0000"}' >"$MUSTER_OUTPUT"`, /NUL/],
        [`printf '%s' '{"\\ud800": 1}' >"$MUSTER_OUTPUT"`, /surrogate/],
      ] as const) {
        const attempt = command(script);
        await port.start(bed.target, TICKET, attempt);
        const end = await recorder.last(attempt.id);
        expect(end).toMatchObject({
          result: { kind: 'exited', code: 0 },
          note: expect.stringMatching(note) as unknown,
        });
      }
    });

    it('refuses what cannot be expressed on a node, all reasons at once', async () => {
      const answer = await port.start(
        bed.target,
        TICKET,
        command('true', { env: { 'a b': '' }, cwd: 'x', files: [{ path: '../x', content: { base64: '' } }] }),
      );
      expect(answer).toMatchObject({ kind: 'refused', code: 'NODE_OPERATION_INVALID' });
      expect(JSON.stringify(answer)).toMatch(/a b.*working folder.*\.\.\/x/);
    });
  });
}

function touch(path: string): void {
  writeFileSync(path, '');
}
