import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonObject, TaskType } from '@muster/model';
import type { TaskToCompile } from './task-to-compile';
import { compileOperation } from './compile-operation';

interface Seen {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('task types that ask', () => {
  let folder: string;
  let server: Server;
  let url: string;
  const seen: Seen[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muster-http-'));
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes: Buffer) => (body += bytes.toString()));
      request.on('end', () => {
        seen.push({ method: request.method, headers: request.headers, body });
        const status = Number(/\d{3}/.exec(request.url ?? '')?.[0] ?? 200);
        response.writeHead(status, status === 302 ? { location: '/200' } : {});
        if (request.url === '/json') return response.end('{"token": "t", "list": [1]}');
        if (request.url === '/204/empty') return response.end();
        if (request.url === '/large') {
          const block = Buffer.alloc(1024 * 1024);
          for (let at = 0; at < 20; at++) response.write(block);
        }
        response.end(`all is well: ${request.method}\n`);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true, force: true });
  });

  function perform(
    type: TaskType,
    parameters: JsonObject,
    declared: JsonObject | null = null,
  ): Promise<{ code: number | null; out: string; outputs: unknown }> {
    const answer = compileOperation({
      task: { task: 'it@n1', type, files: [], outputs: declared },
      ...{ parameters, noop: false, master: null, node: null },
    } as unknown as TaskToCompile);
    if (answer.kind === 'refused' || answer.operation.kind !== 'command') throw new Error(JSON.stringify(answer));
    const { script, files, env } = answer.operation;
    const attempt = mkdtempSync(join(folder, 'attempt-'));
    for (const { path, content } of files) {
      mkdirSync(dirname(join(attempt, path)), { recursive: true });
      if ('base64' in content) writeFileSync(join(attempt, path), Buffer.from(content.base64, 'base64'));
    }
    const output = join(attempt, 'outputs');
    const child = spawn('/bin/sh', ['-c', script], {
      env: { PATH: process.env['PATH'], MUSTER_ATTEMPT_DIR: attempt, MUSTER_OUTPUT: output, ...env },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (out += bytes.toString()));
    return new Promise((ended) =>
      child.on('close', (code) => {
        let outputs: unknown = null;
        try {
          outputs = JSON.parse(readFileSync(output, 'utf8'));
        } catch {
          // It has given none.
        }
        ended({ code, out: out.slice(0, 1000), outputs });
      }),
    );
  }

  it('sends method, headers and body as they are, nothing of it in what other users see', async () => {
    const body = { 'a "b"': ['$(touch x)', '\\', "it's"] };
    const headers = { Authorization: 'Bearer "q\\uoted"', 'X-Number': 3 };
    const { code, outputs } = await perform('http', { method: 'PUT', url: `${url}/[x]?a=%20{b}`, body, headers });
    expect([code, outputs]).toEqual([0, { status: 200 }]);
    expect(seen.at(-1)).toMatchObject({
      method: 'PUT',
      headers: { authorization: 'Bearer "q\\uoted"', 'x-number': '3', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  });

  it.each<[string, string, JsonObject, number, RegExp]>([
    ['a good status', '/200', {}, 0, /all is well: GET/],
    ['a bad status', '/503', {}, 1, /answered with status 503/],
    ['the status expected', '/404', { expect: 404 }, 0, /all is well/],
    ['one of the statuses', '/204', { expect: { status: [200, 204] } }, 0, /^$/],
    ['no redirect', '/302', {}, 1, /status 302/],
    ['the text expected', '/200', { expect: { body: 'is well' } }, 0, /all is well/],
    ['no such text', '/200', { expect: { status: 200, body: 'is.well' } }, 1, /does not hold/],
    ['only a head', '/200', { method: 'HEAD' }, 0, /HTTP\/1.1 200/],
  ])('takes %s', async (_, path, more, code, out) => {
    expect(await perform('http', { url: `${url}${path}`, ...more })).toMatchObject({
      code,
      out: expect.stringMatching(out),
    });
  });

  it('gives the JSON that it was answered with where its outputs declare a body', async () => {
    const declared = { type: 'object', properties: { body: { type: 'object' } } };
    const asked = async (path: string): Promise<unknown> =>
      (await perform('http', { url: `${url}${path}` }, declared)).outputs;
    expect(await asked('/json')).toEqual({ status: 200, body: { token: 't', list: [1] } });
    expect(await asked('/204/empty')).toEqual({ status: 204, body: null });
    expect((await perform('http', { url: `${url}/json` })).outputs).toEqual({ status: 200 });
  });

  it('tells curl whom to trust over TLS, and refuses to trust blindly by itself', () => {
    const told = (more: JsonObject): string => {
      const answer = compileOperation({
        task: { task: 'it@n1', type: 'http', files: [], outputs: null },
        ...{ parameters: { url: 'https://x', ...more }, noop: false, master: null, node: null },
      } as unknown as TaskToCompile);
      if (answer.kind === 'refused' || answer.operation.kind !== 'command') throw new Error(JSON.stringify(answer));
      const content = answer.operation.files.find(({ path }) => path === 'request')?.content;
      return content && 'base64' in content ? Buffer.from(content.base64, 'base64').toString() : '';
    };
    expect(told({})).not.toMatch(/insecure|cacert/);
    expect(told({ cacert: '/etc/ssl/ours "1".pem' })).toContain('\ncacert = "/etc/ssl/ours \\"1\\".pem"\n');
    expect(told({ insecure: true })).toContain('\ninsecure\n');
  });

  it('fails on an answer that is too large, and where nobody answers', async () => {
    expect((await perform('http', { url: `${url}/large` })).code).not.toBe(0);
    expect(await perform('http', { url: 'http://127.0.0.1:1/' })).toMatchObject({ code: 7, outputs: null });
  });

  it('runs every check, and lets only fatal ones fail', async () => {
    const checks: JsonObject[] = [
      { name: 'good', cmd: 'echo fine' },
      { name: 'mild', cmd: 'exit 3', severity: 'warning' },
      { name: 'odd', cmd: `exit "$CODE"; } ; echo broken out` },
      { name: 'late', cmd: 'cat' },
    ];
    const env = { CODE: 4 };
    const { code, outputs, out } = await perform('validate', { checks, env });
    expect(code).toBe(1);
    expect(outputs).toMatchObject({ total: 4, failed: 1, warnings: 1 });
    expect(out).toContain('== mild: failed with code 3 (warning)');
    expect(out).not.toContain('broken out');
    const mild = await perform('validate', { checks: checks.slice(0, 2), env });
    expect([mild.code, mild.outputs]).toEqual([
      0,
      {
        ...{ total: 2, failed: 0, warnings: 1 },
        checks: [
          { name: 'good', severity: 'fatal', code: 0 },
          { name: 'mild', severity: 'warning', code: 3 },
        ],
      },
    ]);
  });

  it.each<[TaskType, JsonObject, string]>([
    ['http', { url: 'file:///etc/passwd' }, 'no http'],
    ['http', { url: 'http://x', method: 'GET\nx' }, 'method'],
    ['http', { url: 'http://x', headers: { 'a b': 'x' } }, 'name of a header'],
    ['http', { url: 'http://x', headers: { a: 'x\ny' } }, 'more than one line'],
    ['http', { url: 'http://x', expect: 'ok' }, 'no number from 100'],
    ['http', { url: 'https://x', cacert: 'ca.pem' }, 'no path on the node'],
    ['http', { url: 'https://x', insecure: 1 }, 'neither true nor false'],
    ['validate', { checks: [] }, 'empty'],
    ['validate', { checks: [{ name: 'a; touch x', cmd: 'true' }] }, 'no name of a check'],
  ])('refuses %s with %j', (type, parameters, text) => {
    const answer = compileOperation({
      task: { task: 'it@n1', type, files: [] },
      ...{ parameters, noop: false, master: null, node: null },
    } as unknown as TaskToCompile);
    expect(answer).toMatchObject({ kind: 'refused', detail: expect.stringContaining(text) });
  });
});
