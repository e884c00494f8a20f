import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { BundleFile, GraphTask, JsonObject, TaskType } from '@muster/model';
import fc from 'fast-check';
import type { NodeTarget, Operation, OperationFile } from '../ports/node-port';
import { compileOperation } from './compile-operation';
import { encodeBase64 } from './encode-base64';
import { shellQuote } from './shell-quote';

const HOSTILE = [
  `it's`,
  `"; touch injected; "`,
  '$(touch injected)',
  '`touch injected`',
  '-rf',
  'two\nlines',
  ' spaces  and\ttabs ',
  '*',
  '\\',
  "'; touch injected; '",
  'ünïcode ☃',
];

const bundle: Record<string, string> = {
  'one.txt': 'one',
  'web/app.conf': 'port = 80\n',
  "web/it's; touch injected": 'odd name',
  'web/run.sh': '#!/bin/sh\n',
};

const files: BundleFile[] = Object.entries(bundle).map(([path, text]) => ({
  path,
  digest: `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}`,
  size: text.length,
  executable: path.endsWith('.sh'),
}));

function graphTask(type: TaskType): GraphTask {
  return {
    ...{ task: 'it@n1', definition: 'it', node: 'n1', type, action: 'run', requires: [], parameters: {} },
    ...{ reason: { code: 'new-node', text: 'new node' }, limit: null, limits: [], expectedMs: null, timeoutMs: 1000 },
    ...{ retries: { count: 0, delayMs: 0, backoff: 1 }, onFailure: 'fail', idempotent: false, outputs: null, files },
  };
}

/** Only its files matter here. */
const master = { name: 'ctl' } as NodeTarget;

const compile = (type: TaskType, parameters: JsonObject, noop = false): ReturnType<typeof compileOperation> =>
  compileOperation({ task: graphTask(type), parameters, noop, master, node: master });

function operation(type: TaskType, parameters: JsonObject, noop = false): Operation {
  const answer = compile(type, parameters, noop);
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.operation;
}

describe('task types', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-types-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const inside = (path: string): string => join(folder, 'node', path);

  /** Does what a node does: files in place, the script by `sh`, in a folder of its own. */
  function perform(it: Operation, id = 'd.1.1'): { code: number | null; stdout: string; stderr: string } {
    if (it.kind !== 'command') throw new Error('no command');
    const attempt = join(folder, 'attempt');
    rmSync(attempt, { recursive: true, force: true });
    mkdirSync(inside('.'), { recursive: true });
    for (const file of it.files) {
      const path = join(attempt, file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contentOf(file), { mode: file.mode ?? 0o600 });
    }
    mkdirSync(attempt, { recursive: true });
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', it.script], {
      cwd: it.cwd ?? inside('.'),
      env: {
        PATH: process.env['PATH'],
        MUSTER_ATTEMPT: id,
        MUSTER_ATTEMPT_DIR: attempt,
        MUSTER_OUTPUT: join(folder, 'output'),
        ...it.env,
      },
      encoding: 'utf8',
      timeout: 10_000,
    });
    // Whatever the words were: none of them was run.
    expect(existsSync(inside('injected'))).toBe(false);
    return { code: status, stdout, stderr };
  }

  function contentOf({ content }: OperationFile): Buffer {
    if ('base64' in content) return Buffer.from(content.base64, 'base64');
    if ('tar' in content)
      return execFileSync('tar', ['-C', dirname(content.tar), '-cf', '-', '--', basename(content.tar)]);
    const known = files.find(({ digest }) => digest === content.artifact);
    return Buffer.from(bundle[known?.path ?? ''] ?? '');
  }

  it('quotes any text as one word', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`'"$\`\\ \n*-a;☃`), maxLength: 12 }), (word) => {
        expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellQuote(word)}`], { encoding: 'utf8' })).toBe(word);
      }),
      { numRuns: 60 },
    );
  });

  it('encodes any text as Node does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeBase64(text)).toBe(Buffer.from(text, 'utf8').toString('base64'));
      }),
    );
    expect(encodeBase64('a\ud800b')).toBe(Buffer.from('a\ufffdb').toString('base64'));
  });

  it('uploads any data to any path, and leaves alone what is so already', () => {
    for (const text of HOSTILE) {
      const path = inside(`sub ${text}/${text}`);
      const it = operation('upload_file', { path, data: text, permissions: '0640' });
      expect(perform(it)).toMatchObject({ code: 0, stdout: expect.stringContaining('changed') });
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(statSync(path).mode & 0o777).toBe(0o640);
      expect(perform(it)).toMatchObject({ code: 0, stdout: '' });
    }
  });

  it('uploads a file of the bundle, and not over a folder', () => {
    expect(perform(operation('upload_file', { path: inside('a'), file: './one.txt' })).code).toBe(0);
    expect(readFileSync(inside('a'), 'utf8')).toBe('one');
    mkdirSync(inside('dir'), { recursive: true });
    const refused = perform(operation('upload_file', { path: inside('dir'), file: 'one.txt' }));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is a folder') });
    expect(readdirSync(inside('dir'))).toEqual([]);
  });

  it('copies files and folders, odd names too', () => {
    const it = operation('copy_files', {
      files: [
        { src: 'one.txt', dst: inside('to/') },
        { src: 'web', dst: inside("it's there") },
      ],
    });
    expect(perform(it).code).toBe(0);
    expect(readFileSync(inside('to/one.txt'), 'utf8')).toBe('one');
    expect(readdirSync(inside("it's there")).sort()).toEqual(['app.conf', "it's; touch injected", 'run.sh']);
    expect(statSync(inside("it's there/run.sh")).mode & 0o111).not.toBe(0);
  });

  it('makes a folder what the bundle has, and removes what is there beside it', () => {
    const dst = inside("sync'd $(touch injected)");
    mkdirSync(dst, { recursive: true });
    writeFileSync(join(dst, 'old'), 'old');
    const it = operation('sync', { src: 'web/', dst: `${dst}/` });
    expect(perform(it)).toMatchObject({ code: 0, stdout: expect.stringContaining('changed') });
    expect(readdirSync(dst).sort()).toEqual(['app.conf', "it's; touch injected", 'run.sh']);
    expect(perform(it)).toMatchObject({ code: 0, stdout: expect.stringContaining('unchanged') });
    expect(readdirSync(inside('.'))).toHaveLength(1);
  });

  /** In front of the script: once, before `word` runs, the same is done whole by another node that shares the file system. */
  function meanwhile(it: Operation, word: string): Operation {
    if (it.kind !== 'command') throw new Error('no command');
    const other = join(folder, 'other.sh');
    writeFileSync(other, it.script);
    const first = `${word}() { unset -f ${word}; MUSTER_ATTEMPT=d.2.1 /bin/sh ${shellQuote(other)} >&2; command ${word} "$@"; }`;
    return { ...it, script: `${first}\n${it.script}` };
  }

  it.each(['cp', 'chmod', 'mv'])('uploads to where another node uploads before its %s', (word) => {
    const it = operation('upload_file', { path: inside('shared'), data: 'text' });
    expect(perform(meanwhile(it, word))).toMatchObject({ code: 0, stderr: expect.stringContaining('changed') });
    expect(readFileSync(inside('shared'), 'utf8')).toBe('text');
    expect(readdirSync(inside('.'))).toEqual(['shared']);
  });

  it.each(['cp', 'find', 'mv'])('makes a folder that another node makes before its %s', (word) => {
    for (const before of [[], ['old']]) {
      rmSync(inside('tree'), { recursive: true, force: true });
      for (const name of before) mkdirSync(inside(`tree/${name}`), { recursive: true });
      const it = operation('sync', { src: 'web', dst: inside('tree') });
      expect(perform(meanwhile(it, word))).toMatchObject({ code: 0, stderr: expect.stringContaining('changed') });
      expect(readdirSync(inside('tree')).sort()).toEqual(['app.conf', "it's; touch injected", 'run.sh']);
      expect(readdirSync(inside('.'))).toEqual(['tree']);
    }
  });

  it('clears what an attempt before it has left, that was killed', () => {
    mkdirSync(inside('.'), { recursive: true });
    writeFileSync(inside('.muster-new-d.1'), 'half');
    mkdirSync(inside('.muster-old-d.1'), { recursive: true });
    expect(perform(operation('upload_file', { path: inside('a'), data: 'text' }), 'd.1.2').code).toBe(0);
    mkdirSync(inside('.muster-new-d.1'));
    expect(perform(operation('sync', { src: 'web', dst: inside('tree') }), 'd.1.2').code).toBe(0);
    expect(readdirSync(inside('.')).sort()).toEqual(['a', 'tree']);
  });

  it('runs a shell command where it is told, with the files that it may name', () => {
    const cwd = mkdtempSync(join(folder, 'cwd '));
    const it = operation('shell', { cmd: 'pwd; cat "$MUSTER_ATTEMPT_DIR"/files/one.txt; exit 7', cwd });
    expect(perform(it)).toMatchObject({ code: 7, stdout: `${cwd}\none` });
  });

  it('waits by questions, and leaves nothing on the node between them', () => {
    expect(operation('wait-for', { cmd: 'test -e x', env: { A: 1 }, interval: 0.05 })).toEqual({
      ...{ kind: 'probe', intervalMs: 50 },
      target: { check: 'test -e x', env: { A: '1' } },
    });
    const page = { kind: 'probe', intervalMs: 2000, target: { http: 'http://x', expect: 204 } };
    expect(operation('wait-for', { http: 'http://x', expect: 204 })).toEqual(page);
    expect(operation('wait-for', { http: { url: 'http://x', expect: 204 } })).toEqual(page);
    const trusting = { kind: 'probe', intervalMs: 2000, target: { http: 'https://x', expect: null, isTrusting: true } };
    expect(operation('wait-for', { http: 'https://x', insecure: true })).toEqual(trusting);
    expect(operation('wait-for', { http: { url: 'https://x', insecure: true } })).toEqual(trusting);
    const there = { kind: 'probe', intervalMs: 2000, target: { port: 80, host: '192.0.2.7' } };
    expect(operation('wait-for', { port: 80, host: '192.0.2.7' })).toEqual(there);
  });

  const outputs = (): unknown => JSON.parse(readFileSync(join(folder, 'output'), 'utf8'));

  it('tells what it has changed, and in noop what it would change, and then changes nothing', () => {
    mkdirSync(inside('.'), { recursive: true });
    writeFileSync(inside('same'), 'one', { mode: 0o644 });
    writeFileSync(inside('mode'), 'one', { mode: 0o600 });
    const it = {
      files: ['same', 'mode', 'new'].map((name) => ({ path: inside(name), data: 'one', permissions: '0644' })),
    };
    const told = perform(operation('upload_files', it, true));
    expect(told.stdout).toBe(
      `would change the mode of ${inside('mode')} from 600 to 644\nwould change ${inside('new')}\n`,
    );
    expect(outputs()).toEqual({ changed: 2, total: 3 });
    expect([readdirSync(inside('.')).sort(), statSync(inside('mode')).mode & 0o777]).toEqual([['mode', 'same'], 0o600]);
    expect(perform(operation('upload_files', it)).code).toBe(0);
    expect(outputs()).toEqual({ changed: 2, total: 3 });
    expect(statSync(inside('mode')).mode & 0o777).toBe(0o644);
    expect(perform(operation('upload_files', it, true)).stdout).toBe('');
    expect(outputs()).toEqual({ changed: 0, total: 3 });
  });

  it('tells in noop how a folder differs', () => {
    const it = { src: 'web', dst: inside('tree') };
    expect(perform(operation('sync', it, true)).stdout).toContain('would change');
    expect([outputs(), existsSync(inside('tree'))]).toEqual([{ changed: 3, total: 3 }, false]);
    perform(operation('sync', it));
    writeFileSync(inside('tree/more'), '');
    writeFileSync(inside('tree/app.conf'), 'other');
    expect(perform(operation('sync', it, true)).stdout).toMatch(/app\.conf differ[^]*more/);
    expect([outputs(), existsSync(inside('tree/more'))]).toEqual([{ changed: 2, total: 3 }, true]);
    expect(perform(operation('sync', { src: 'web', dst: inside('tree') })).code).toBe(0);
    perform(operation('sync', it, true));
    expect(outputs()).toEqual({ changed: 0, total: 3 });
  });

  it("uploads the field's list of its own node alone", () => {
    const nodes = [
      { uid: 'n1', files: [{ dst: inside('a'), data: 'mine' }] },
      { uid: 'n2', files: [{ dst: inside('b'), data: 'other' }] },
    ];
    expect(perform(operation('upload_files', { nodes })).code).toBe(0);
    expect(readdirSync(inside('.'))).toEqual(['a']);
  });

  it('copies and syncs what lies on the master node, odd names and modes too', () => {
    const there = join(folder, 'on master');
    mkdirSync(join(there, "it's $(touch injected)/-rf"), { recursive: true });
    writeFileSync(join(there, "it's $(touch injected)/-rf/a b"), 'text', { mode: 0o751 });
    const copied = {
      files: [
        { src: `${there}/`, dst: inside('copied') },
        { src: join(there, "it's $(touch injected)/-rf/a b"), dst: inside('to/') },
      ],
    };
    expect(perform(operation('copy_files', copied))).toMatchObject({ code: 0, stderr: '' });
    const copy = inside("copied/it's $(touch injected)/-rf/a b");
    expect([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777]).toEqual(['text', 0o751]);
    expect(readFileSync(inside('to/a b'), 'utf8')).toBe('text');
    expect(outputs()).toEqual({ changed: 2, total: 2 });
    perform(operation('copy_files', copied, true));
    expect(outputs()).toEqual({ changed: 0, total: 2 });
    expect(perform(operation('sync', { src: there, dst: inside('synced') }))).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(inside('synced'))).toEqual(["it's $(touch injected)"]);
    const file = { src: join(there, "it's $(touch injected)/-rf/a b"), dst: inside('not') };
    expect(perform(operation('sync', file))).toMatchObject({ code: 1, stderr: expect.stringContaining('no folder') });
  });

  it.each<[TaskType, JsonObject, string]>([
    ['upload_file', { path: '/a' }, 'exactly one of data and file'],
    ['upload_file', { path: '/a', data: 'x', file: 'one.txt' }, 'exactly one of data and file'],
    ['upload_file', { path: '/a', file: 'none.txt' }, 'no file none.txt'],
    ['upload_file', { path: '/a', data: 'x', permissions: '0644; touch injected' }, 'not an octal mode'],
    ['upload_file', { data: 'x' }, 'path is missing'],
    ['copy_files', { files: [{ src: '/', dst: '/a' }] }, 'no name of its own'],
    ['upload_files', { files: [{ data: 'x' }] }, 'path is missing'],
    ['upload_files', {}, 'files is missing'],
    ['sync', { src: 'rsync://me@x; touch injected/m', dst: '/a' }, 'no address'],
    ['copy_files', { files: 'one.txt' }, 'not a list'],
    ['sync', { src: 'rsync://', dst: '/a' }, 'no address'],
    ['sync', { src: 'web', dst: '/' }, 'may be replaced'],
    ['sync', { src: 'none', dst: '/a' }, 'no folder none'],
    ['shell', {}, 'cmd is missing'],
    ['wait-for', { event: 7 }, 'not the name of an event'],
    ['wait-for', { port: 80, cmd: 'true' }, 'exactly one of'],
    ['wait-for', { port: 0 }, 'from 1 to 65535'],
    ['wait-for', { port: 80, host: '-x' }, 'no name or address'],
    ['wait-for', { http: 'ftp://x' }, 'no http'],
    ['wait-for', { http: 'https://x', insecure: 'yes' }, 'neither true nor false'],
    ['wait-for', { port: 80, interval: '1; touch injected' }, 'interval'],
    ['puppet', {}, 'puppet_manifest is missing'],
  ])('refuses %s %j', (type, parameters, text) => {
    expect(compile(type, parameters)).toMatchObject({
      kind: 'refused',
      code: 'TASK_PARAMETERS',
      detail: expect.stringContaining(text),
    });
  });

  it.each<[TaskType, JsonObject]>([
    ['shell', { cmd: 'touch injected' }],
    ['wait-for', { port: 80 }],
    ['reboot', {}],
  ])('refuses %s in noop: it cannot tell', (type, parameters) => {
    expect(compile(type, parameters, true)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('noop') });
  });
});
