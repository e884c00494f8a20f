import { FakePlanner, status, task } from '../fake-planner.testing';
import { memoryIo } from '../memory-io.testing';
import { runCli } from '../run-cli';
import { RunView } from './run-view';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const env = () => ({ MUSTER_SERVER: planner.url });

/** Ends the transaction in both the feed and the status. */
function end(state: 'succeeded' | 'failed', tasks: Parameters<typeof status>[1]): void {
  planner.answer('GET /transactions/t1', status(state, tasks));
  planner.happen('transaction.ended', undefined, { state });
}

describe('waiting', () => {
  it('prints a line per change of a task, and the failures at the end', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('waiting'), 'b@1': task('waiting') }));
    planner.happen('transaction.running');
    planner.happen('task.running', 'a@1');
    planner.happen('task.failed', 'a@1', { reason: 'exited with code 7' });
    planner.happen('task.blocked', 'b@1', { reason: 'a@1 failed' });
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('[2/2]')) await new Promise((resolve) => setImmediate(resolve));
    end('failed', { 'a@1': task('failed', 'exited with code 7'), 'b@1': task('blocked', 'a@1 failed') });
    expect(await waiting).toBe(3);
    const { stdout, stderr } = io;
    expect(stderr.text.split('\n').map((line) => line.replace('2026-01-02T03:04:05.678Z  ', ''))).toEqual([
      'transaction running',
      '[0/2] a@1 running',
      '[1/2] a@1 failed: exited with code 7',
      '[2/2] b@1 blocked: a@1 failed',
      'transaction failed',
      'failed  a@1: exited with code 7',
      'see what a task wrote: muster logs t1 TASK@NODE',
      '',
    ]);
    expect(stdout.text).toBe('transaction t1 on cluster a: failed (1 failed, 1 blocked)\n');
  });

  it('goes on where it was when the connection is cut', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('waiting') }));
    planner.happen('task.running', 'a@1');
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('a@1 running')) await new Promise((resolve) => setImmediate(resolve));
    planner.cutFeed();
    planner.happen('task.succeeded', 'a@1');
    end('succeeded', { 'a@1': task('succeeded') });
    expect(await waiting).toBe(0);
    expect(io.stderr.text.match(/a@1 running/g)).toHaveLength(1);
    expect(io.stderr.text).toContain('[1/1] a@1 succeeded');
    expect(io.stderr.text).toContain('trying again');
  });

  it('counts up from the start also when it comes late', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('succeeded'), 'b@1': task('succeeded') }));
    for (const name of ['a@1', 'b@1'])
      for (const what of ['running', 'succeeded']) planner.happen(`task.${what}`, name);
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('[2/2]')) await new Promise((resolve) => setImmediate(resolve));
    end('succeeded', { 'a@1': task('succeeded'), 'b@1': task('succeeded') });
    expect(await waiting).toBe(0);
    expect(io.stderr.text.match(/\[\d\/2\]/g)).toEqual(['[0/2]', '[1/2]', '[1/2]', '[2/2]']);
  });

  it('is not fooled by the end of an earlier run', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('running') }));
    planner.happen('transaction.ended', undefined, { state: 'failed' });
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('transaction failed')) await new Promise((resolve) => setImmediate(resolve));
    end('succeeded', { 'a@1': task('succeeded') });
    expect(await waiting).toBe(0);
  });

  it('ends with the status as of then when its time is over or it is left', async () => {
    planner.answer('POST /transactions', { transaction: 't1' });
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('waiting'), 'b@1': task('waiting') }));
    planner.happen('task.running', 'a@1');
    const io = memoryIo({ env: env() });
    const waiting = runCli(['deploy', 'c', '--wait', '-o', 'json'], io);
    while (!io.stderr.text.includes('a@1 running')) await new Promise((resolve) => setImmediate(resolve));
    const now = status('paused', { 'a@1': task('running'), 'b@1': task('ready') });
    planner.answer('GET /transactions/t1', now);
    io.interrupt();
    expect(await waiting).toBe(6);
    expect(io.stdout.text).toBe(`{"transaction":"t1"}\n${JSON.stringify(now)}\n`);
    expect(io.stderr.text).toContain('muster watch t1');
  });

  it('tells the outcome when the transaction ended just as the wait did', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('running') }));
    planner.happen('task.running', 'a@1');
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('a@1 running')) await new Promise((resolve) => setImmediate(resolve));
    planner.answer('GET /transactions/t1', status('failed', { 'a@1': task('failed', 'exited with code 7') }));
    io.interrupt();
    expect(await waiting).toBe(3);
    expect(io.stderr.text).not.toContain('the transaction goes on');
  });

  it('says how to come back also when the server has gone', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('running') }));
    planner.happen('task.running', 'a@1');
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('a@1 running')) await new Promise((resolve) => setImmediate(resolve));
    planner.refuse('GET /transactions/t1', 500, 'API_INTERNAL');
    io.interrupt();
    expect(await waiting).toBe(6);
    expect(io.stderr.text).toContain('muster watch t1');
    expect(io.stdout.text).toContain('running');
  });

  it('shows no task as running that waits for a person', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('running') }));
    planner.happen('task.running', 'a@1');
    planner.happen('task.held', 'a@1', { cause: 'onFailure', reason: 'failed: waits for a person' });
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('held: failed: waits')) await new Promise((resolve) => setImmediate(resolve));
    end('failed', { 'a@1': task('failed') });
    expect(await waiting).toBe(3);
    const view = new RunView();
    view.take(status('running', { 'a@1': task('waiting') }));
    for (const [number, type] of ['task.running', 'task.held'].entries())
      view.apply({ number, at: '2026-01-02T03:04:05.678Z', type, subject: { task: 'a@1' }, data: {} });
    expect(view.running).toEqual([]);
    expect(view.failures.map((each) => each.task)).toEqual(['a@1']);
  });

  it('tells what people asked for', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('waiting') }));
    planner.happen('transaction.control', undefined, { verb: 'skip', who: 'ann', why: 'as agreed', tasks: ['a@1'] });
    planner.happen('transaction.control', undefined, { verb: 'resume', who: 'bob', why: null, tooLate: true });
    const io = memoryIo({ env: env() });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('bob')) await new Promise((resolve) => setImmediate(resolve));
    planner.answer('GET /transactions/t1', status('paused', { 'a@1': task('skipped') }));
    io.interrupt();
    expect(await waiting).toBe(6);
    expect(io.stderr.text.replaceAll('2026-01-02T03:04:05.678Z  ', '')).toBe(
      'ann: skip a@1 (as agreed)\nbob: resume: too late, nothing was left for it to do\ndetached; the transaction is paused. Come back with: muster watch t1\n',
    );
  });

  it('paints bar, running tasks and failures on a terminal, and leaves it tidy', async () => {
    planner.answer('GET /transactions/t1', status('running', { 'a@1': task('running'), 'b@2': task('failed') }));
    planner.happen('task.running', 'a@1');
    planner.happen('task.failed', 'b@2', { reason: 'code 7 \u001b[2J' });
    const io = memoryIo({ env: env(), terminal: true });
    const waiting = runCli(['watch', 't1'], io);
    while (!io.stderr.text.includes('code 7')) await new Promise((resolve) => setImmediate(resolve));
    expect(io.stderr.text).toMatch(/░.* 1\/2 running/);
    expect(io.stderr.text).toContain('a@1');
    expect(io.stderr.text).toMatch(/b@2: code 7 \u241b\[2J/);
    end('failed', { 'a@1': task('succeeded'), 'b@2': task('failed') });
    expect(await waiting).toBe(3);
    expect(io.stderr.text).not.toContain('\u001b[2J');
    expect(io.stderr.text.lastIndexOf('\u001b[0J')).toBeGreaterThan(io.stderr.text.lastIndexOf('░'));
  });
});
