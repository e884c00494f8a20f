import { problem } from '@muster/problems';
import { FakePlanner, status, task } from '../fake-planner.testing';
import { memoryIo, muster } from '../memory-io.testing';
import { runCli } from '../run-cli';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const run = (line: string, more: { terminal?: boolean; answer?: string } = {}) =>
  muster(line, { env: { MUSTER_SERVER: planner.url }, ...more });
const sent = () => JSON.parse(planner.seen.at(-1)?.body ?? '') as unknown;

describe('control verbs', () => {
  beforeEach(() => planner.answer('POST /transactions/t1/controls', { command: 'c1' }, 202));

  it.each(['pause', 'resume', 'drain', 'cancel'])('%s carries its reason', async (verb) => {
    expect(await muster(`${verb} t1 --reason because -o json`, { env: { MUSTER_SERVER: planner.url } })).toMatchObject({
      code: 0,
      out: `${JSON.stringify({ transaction: 't1', verb, command: 'c1' })}\n`,
    });
    expect(sent()).toEqual({ verb, reason: 'because' });
  });

  it('say so where no executor has read them yet', async () => {
    planner.answer('POST /transactions/t1/controls', { command: 'c1', effect: 'taken' }, 202);
    expect((await run('cancel t1')).err).toBe('');
    planner.answer('POST /transactions/t1/controls', { command: 'c1', effect: 'pending' }, 202);
    expect((await run('cancel t1')).err).toContain('no executor has read it yet');
  });

  it('say what else the planner knows of them', async () => {
    const note = 'The executor does not tell whether retry changes anything.';
    planner.answer('POST /transactions/t1/controls', { command: 'c1', effect: 'taken', note }, 202);
    expect((await run('retry t1')).err).toContain(note);
  });

  it.each(['signal', 'approve'])('%s names the event that has happened', async (verb) => {
    await run(`${verb} t1 go --reason agreed`);
    expect(sent()).toEqual({ verb: 'signal', event: 'go', reason: 'agreed' });
  });

  it('retry takes tasks or none', async () => {
    await run('retry t1 a@1 b@2');
    expect(sent()).toEqual({ verb: 'retry', tasks: ['a@1', 'b@2'] });
    await run('retry t1 a@1 --tasks b@2,a@1');
    expect(sent()).toEqual({ verb: 'retry', tasks: ['a@1', 'b@2'] });
    await run('retry t1');
    expect(sent()).toEqual({ verb: 'retry' });
  });

  it('force-close asks, says what may still run, and that claims are held until an executor has read it', async () => {
    const problems = [
      {
        code: 'DEPLOY_FORCE_CLOSED',
        severity: 'warning',
        subject: 't1',
        summary: 'These may still run: a@1.',
        remedy: 'Look.',
      },
    ];
    planner.answer('GET /transactions/t1', {
      ...status('cancelled', {}),
      progress: { total: 1, ended: 0, running: ['a@1'], failed: [] },
      problems,
    });
    planner.answer('POST /transactions/t1/force-close', { command: 'c1', effect: 'pending' }, 202);
    expect(await run('force-close t1')).toMatchObject({ code: 1, err: expect.stringContaining('--yes') as string });
    const no = await run('force-close t1', { terminal: true, answer: 'n' });
    expect(no).toMatchObject({ code: 1, err: expect.stringContaining('What runs is not ended: a@1') as string });
    expect(planner.seen.some((it) => it.url.includes('force-close'))).toBe(false);
    const yes = await run('force-close t1 --yes --reason gone');
    expect(yes).toMatchObject({ code: 0, out: 'transaction t1 is cancelled\n' });
    expect(yes.err).toContain('may still run: a@1');
    expect(yes.err).toContain('still claimed');
    expect(JSON.parse(planner.seen.find((it) => it.url.includes('force-close'))?.body ?? '')).toEqual({
      reason: 'gone',
    });
  });

  it('limit shows who holds what, and changes one', async () => {
    const holders = ['a@1', 'a@2', 'a@3', 'a@4', 'a@5', 'section s@6'];
    planner.answer('GET /transactions/t1/limits', {
      limits: [
        { key: 'nodes', amount: 6, used: 6, planned: null, holders },
        { key: 'role:x', amount: 2, used: 0, planned: 2, holders: [] },
      ],
    });
    expect((await run('limit t1')).out).toMatch(
      /nodes +6 +6 +none +a@1, a@2, a@3, a@4, a@5 and 1 more\nrole:x +2 +0 +2/,
    );
    expect(await run('limit t1 nodes 3 --reason slow')).toMatchObject({ code: 0 });
    expect(sent()).toEqual({ verb: 'set-limit', limit: { key: 'nodes', amount: 3 }, reason: 'slow' });
    expect(await run('limit t1 nodes none')).toMatchObject({
      code: 1,
      err: expect.stringContaining('at least 1') as string,
    });
  });

  it('skip asks on a terminal, and refuses where it cannot ask', async () => {
    const dependents = [
      { task: 'b@1', state: 'waiting' },
      { task: 'c@1', state: 'waiting' },
    ];
    const preview = { task: 'a@1', state: 'ready', obstacle: null, dependents };
    planner.answer('GET /transactions/t1/tasks/a@1/skip-preview', preview);
    expect(await run('skip t1 a@1 --dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        '2 tasks depend on it and would go on as if it were done:\n  b@1 (waiting)\n',
      ) as string,
    });
    expect(JSON.parse((await run('skip t1 a@1 --dry-run -o json')).out)).toEqual(preview);
    planner.answer('GET /transactions/t1/tasks/z@1/skip-preview', { ...preview, obstacle: 'It runs.', dependents: [] });
    expect(await run('skip t1 z@1 --dry-run')).toMatchObject({
      code: 8,
      out: expect.stringContaining('cannot be skipped: It runs.') as string,
    });
    expect(await run('skip t1 a@1')).toMatchObject({ code: 1, err: expect.stringContaining('--yes') as string });
    expect(await run('skip t1 a@1', { terminal: true, answer: 'n' })).toMatchObject({ code: 1 });
    expect(planner.seen.some((it) => it.url.includes('controls'))).toBe(false);
    const yes = await run('skip t1 a@1', { terminal: true, answer: 'y' });
    expect(yes).toMatchObject({
      code: 0,
      err: expect.stringContaining(
        '2 tasks depend on it and would go on as if it were done:\n  b@1 (waiting)\n  c@1 (waiting)\n',
      ) as string,
    });
    expect(await run('skip t1 a@1 --yes')).toMatchObject({ code: 0 });
    expect(sent()).toEqual({ verb: 'skip', tasks: ['a@1'] });
  });
});

describe('status', () => {
  it('tells failures by cause with the first nodes, and what may still run', async () => {
    planner.answer('GET /transactions/t1', {
      ...status('cancelled', { 'a@1': task('failed') }),
      failures: [
        { definition: 'hiera', reason: 'exited with code 7', count: 37, nodes: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'] },
        { definition: 'a', reason: null, count: 1, nodes: ['1'] },
      ],
      unconfirmed: [
        {
          task: 'b@2',
          node: '2',
          attempt: 1,
          since: 'T1',
          text: 'could not reach node 2 to confirm that it has ended',
        },
      ],
    });
    const { out } = await run('status t1');
    expect(out).toContain('failed  hiera on 37 nodes (n1, n2, n3, n4, n5 and 32 more): exited with code 7\n');
    expect(out).toContain('failed  a@1: no reason is known\n');
    expect(out).toContain(
      'unknown b@2 may still run: could not reach node 2 to confirm that it has ended (since T1)\n',
    );
    const { err } = await run('watch t1');
    expect(err).toContain('failed  hiera on 37 nodes (n1, n2, n3, n4, n5 and 32 more): exited with code 7\n');
    expect(err).toContain('unknown b@2 may still run');
  });

  it('shows the runs of a transaction that was gone on with, and who asked for what, why and when', async () => {
    const run1 = { type: 'default', deployment: 'd1', executor: 'e1', startedAt: null, endedAt: null };
    planner.answer('GET /transactions/t1', {
      ...status('succeeded', { 'a@1': task('succeeded') }),
      runs: [
        { ...run1, run: 1, state: 'failed', who: 'ann', why: null },
        { ...run1, run: 2, state: 'succeeded', who: 'bob', why: 'disk mended' },
      ],
      controls: [
        {
          command: 'c1',
          run: 1,
          verb: 'set-limit',
          limit: { key: 'role:x', amount: 3 },
          who: 'ann',
          why: 'slow',
          at: 'T1',
          state: 'taken',
        },
        {
          command: 'c2',
          run: 2,
          verb: 'retry',
          tasks: ['a@1'],
          who: 'bob',
          why: 'disk mended',
          at: 'T2',
          state: 'sent',
        },
      ],
    });
    const { out } = await run('status t1');
    expect(out).toMatch(/runs\n.*\n1 +default +failed.* ann.*\n2 +default +succeeded.* bob +disk mended/);
    expect(out).toMatch(
      /asked for\n.*\nT1 +set-limit +role:x = 3 +ann +slow +taken\nT2 +retry +a@1 +bob +disk mended +sent/,
    );
  });
});

describe('deploy', () => {
  it('chooses graphs and parts of them as plan does', async () => {
    planner.answer('POST /transactions', { transaction: 't1' });
    const line =
      'deploy a --sequence all --subgraph b:c --subgraph d/n1:e --fetch-deps --nodes n1,n2 --tasks x --force';
    expect(await run(line)).toMatchObject({ code: 0 });
    const chosen = { subgraphs: ['b:c', 'd/n1:e'], fetchDeps: true, nodes: ['n1', 'n2'], tasks: ['x'], force: true };
    expect(sent()).toEqual({ cluster: 'a', sequence: 'all', ...chosen });
    await run('deploy a --graph x --graph y --plan p --noop');
    expect(sent()).toEqual({ cluster: 'a', graphs: ['x', 'y'], plan: 'p', noop: true });
  });
});

describe('logs', () => {
  const chunk = { attempt: 1, offset: 0, stream: 'stdout', text: 'one\u001b[31m\n' };
  beforeEach(() => planner.answer('GET /transactions/t1/tasks/a@1/output', { chunks: [chunk], complete: true }));

  it('are bytes in a pipe and text on a terminal', async () => {
    expect((await run('logs t1 a@1')).out).toBe('one\u001b[31m\n');
    expect((await run('logs t1 a@1', { terminal: true })).out).toBe('one\u241b[31m\n');
  });

  it('are bytes in a pipe also where they are no text', async () => {
    const bytes = Buffer.from([0x61, 0, 0xff, 0xc3, 0x0a]);
    const binary = { ...chunk, text: bytes.toString(), base64: bytes.toString('base64') };
    planner.answer('GET /transactions/t1/tasks/a@1/output', { chunks: [binary], complete: true });
    expect((await run('logs t1 a@1')).out).toBe(bytes.toString('latin1'));
    expect((await run('logs t1 a@1', { terminal: true })).out).toBe('a\u2400\ufffd\ufffd\n');
    expect((await run('logs t1 a@1 -o json')).out).toBe(`${JSON.stringify(binary)}\n`);
  });

  it('are one chunk a line as JSON', async () => {
    expect((await run('logs t1 a@1 -o json')).out).toBe(`${JSON.stringify(chunk)}\n`);
  });

  it('say what was written and not kept', async () => {
    const lost = [{ attempt: 2, stream: 'stdout', bytes: 5 }];
    const said = '5 more bytes of stdout of attempt 2 were written and not kept\n';
    planner.answer('GET /transactions/t1/tasks/a@1/output', { chunks: [chunk], complete: true, lost });
    expect(await run('logs t1 a@1')).toEqual({ code: 0, out: chunk.text, err: said });
    planner.route('GET /transactions/t1/tasks/a@1/output', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`id: 1\nevent: end\ndata: ${JSON.stringify({ lost })}\n\n`);
    });
    expect(await run('logs t1 a@1 -f')).toEqual({ code: 0, out: '', err: said });
  });

  it('say what was removed, and when', async () => {
    const removedAt = '2026-01-02T03:04:05.678Z';
    const lost = [
      { attempt: 1, stream: 'stdout', bytes: 5, removedAt },
      { attempt: 2, stream: 'stderr', bytes: 0, removedAt },
    ];
    planner.answer('GET /transactions/t1/tasks/a@1/output', { chunks: [], complete: true, lost });
    expect((await run('logs t1 a@1')).err).toBe(
      `5 bytes of stdout of attempt 1 were removed at ${removedAt}\nall bytes of stderr of attempt 2 were removed at ${removedAt}\n`,
    );
  });

  it('follow until the task has ended; Ctrl-C only ends the reading', async () => {
    planner.route('GET /transactions/t1/tasks/a@1/output', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`id: 1\ndata: ${JSON.stringify(chunk)}\n\nid: 1\nevent: end\ndata: {}\n\n`);
    });
    expect(await run('logs t1 a@1 -f')).toEqual({ code: 0, out: chunk.text, err: '' });
    planner.route('GET /transactions/t1/tasks/a@1/output', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`id: 1\ndata: ${JSON.stringify(chunk)}\n\n`);
    });
    const io = memoryIo({ env: { MUSTER_SERVER: planner.url } });
    const following = runCli(['logs', 't1', 'a@1', '-f'], io);
    while (io.stdout.text === '') await new Promise((resolve) => setImmediate(resolve));
    io.interrupt();
    expect(await following).toBe(6);
  });
});

describe('status and why', () => {
  it('show tables without escapes', async () => {
    planner.answer('GET /transactions/t1', status('failed', { 'a@1': task('failed', 'exited with code 7') }));
    const { code, out } = await run('status t1');
    expect(code).toBe(0);
    expect(out).toMatch(/^a@1 +failed +1 +- +- +- +exited with code 7$/m);
    expect(out).not.toContain('\u001b');
  });

  it('give the JSON of the contract', async () => {
    const it = status('running');
    planner.answer('GET /transactions/t1', it);
    expect(JSON.parse((await run('status t1 -o json')).out)).toEqual(it);
    const why = {
      task: 'a@1',
      state: 'waiting',
      reasons: [{ code: 'c', text: 'waits for b@1', since: null, holders: ['b@1'] }],
    };
    planner.answer('GET /transactions/t1/tasks/a@1/why', why);
    expect(JSON.parse((await run('why t1 a@1 -o json')).out)).toEqual(why);
    expect((await run('why t1 a@1')).out).toBe('a@1 is waiting\n  waits for b@1; held by b@1\n');
  });

  it('list transactions without an id', async () => {
    planner.answer('GET /transactions', { items: [{ transaction: 't1', cluster: 'a', state: 'running' }], next: null });
    expect((await run('status')).out).toMatch(/^t1 +a +running +- +- +-$/m);
  });
});

describe('clusters and nodes', () => {
  it('are listed, shown, exported, deleted', async () => {
    planner.answer('GET /clusters', {
      items: [{ name: 'c', environment: null, release: 'r@1.0.0', revision: 3 }],
      next: null,
    });
    expect((await run('cluster list')).out).toMatch(/^c +- +r@1.0.0 +3$/m);
    expect((await run('cluster list --environment prod --release r --text c')).code).toBe(0);
    expect(planner.seen.at(-1)?.url).toContain('environment=prod&release=r&text=c');
    planner.answer('GET /clusters/c', { name: 'c', revision: 3 });
    expect((await run('cluster show c')).out).toBe('name: c\nrevision: 3\n');
    planner.route('GET /clusters/c/export', (response) =>
      response.writeHead(200, { 'content-type': 'text/yaml' }).end('cluster: c\n'),
    );
    expect((await run('cluster export c')).out).toBe('cluster: c\n');
    planner.route('DELETE /clusters/c', (response) => response.writeHead(204).end());
    expect(await run('cluster delete c')).toMatchObject({ code: 0, out: 'cluster c is deleted\n' });
    planner.answer('GET /nodes', {
      items: [
        {
          ...{ name: 'n', state: 'ready', online: false, address: '192.0.2.1', port: 22, cluster: 'c' },
          ...{ roles: ['a', 'b'], labels: ['rack'] },
        },
      ],
      next: null,
    });
    expect((await run('node list')).out).toMatch(/^n +ready +no +192.0.2.1 +22 +c +a, b +rack$/m);
  });

  it('are registered and adopted', async () => {
    planner.answer(
      'POST /nodes',
      {
        nodes: [],
        changes: [{ node: 'n', created: true, changed: [] }],
        acceptedHostKeys: [{ node: 'n', hostKey: 'SHA256:x' }],
      },
      201,
    );
    expect(await run('node add n --address 192.0.2.1 --port 2222 --become sudo --accept-host-keys')).toMatchObject({
      code: 0,
      out: 'node n is registered\n',
      err: 'accepted the host key of node n: SHA256:x\n',
    });
    expect(sent()).toEqual({
      nodes: [{ name: 'n', address: '192.0.2.1', port: 2222, become: 'sudo' }],
      acceptHostKeys: true,
    });
    expect(await run('node add n --address x --become root')).toMatchObject({ code: 1 });
    planner.answer('POST /nodes/n/adopt', { node: 'n', adopted: true });
    expect(await run('node adopt n')).toMatchObject({ code: 0, out: 'node: n\nadopted: true\n' });
  });
});

describe('pools', () => {
  const view = {
    name: 'licence',
    slots: 2,
    holders: [{ transaction: 't1', cluster: 'c', slots: 1, since: '2026-01-01T00:00:00.000Z' }],
    waiting: [],
  };

  it('are listed, shown, set and removed', async () => {
    planner.answer('GET /pools', { items: [view] });
    planner.answer('GET /pools/licence', view);
    planner.answer('PUT /pools/licence', view);
    planner.answer('DELETE /pools/licence', undefined, 204);
    expect((await run('pool list')).out).toMatch(/licence +2 +1 +0/);
    expect((await run('pool show licence')).out).toMatch(/2 slots, 1 free[^]*holds +t1 +c +1 +2026/);
    expect((await run('pool set licence 2 -o json')).code).toBe(0);
    expect(sent()).toEqual({ slots: 2 });
    expect((await run('pool remove licence')).out).toBe('pool licence is removed\n');
  });

  it.each(['0', '1.5', 'x', '1000001'])('have no %s slots', async (slots) => {
    const before = planner.seen.length;
    expect((await run(`pool set licence ${slots}`)).code).toBe(1);
    expect(planner.seen).toHaveLength(before);
  });
});

describe('a transaction whose start was refused', () => {
  const problems = [problem('DEPLOY_NODE_CLAIMED', { subject: 'node n1', summary: 'It is claimed by transaction X.' })];

  it('is listed as refused, with the reason', async () => {
    const listed = { transaction: 't1', cluster: 'c', state: 'failed', startedAt: null, endedAt: 'now' };
    planner.answer('GET /transactions', { items: [{ ...listed, refused: true, problems }], next: null });
    const { out } = await run('status');
    expect(out).toMatch(/t1 +c +refused .*DEPLOY_NODE_CLAIMED node n1: It is claimed by transaction X\./);
  });

  it('is shown and waited for as refused', async () => {
    planner.answer('GET /transactions/t1', {
      ...status('failed', { 'a@1': task('not-run') }),
      refused: true,
      problems,
    });
    const shown = await run('status t1');
    expect(shown.out).toContain('on cluster a: refused');
    expect(shown.out).toContain('DEPLOY_NODE_CLAIMED node n1');
    expect(await run('watch t1')).toMatchObject({ code: 8, err: expect.stringContaining('DEPLOY_NODE_CLAIMED') });
  });

  it('is shown with what keeps it from being taken', async () => {
    const undelivered = { tries: 3, reason: 'No executor answered in time.', nextTryAt: 'soon' };
    planner.answer('GET /transactions/t1', { ...status('pending', { 'a@1': task('waiting') }), undelivered });
    expect((await run('status t1')).out).toContain(
      'no executor has taken it after 3 tries: No executor answered in time.; the next one is at soon',
    );
  });
});
