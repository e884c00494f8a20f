import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretValue } from '@muster/model';
import { WorkerPlanRunner } from './worker-plan-runner';

const [USUAL, MORE, MOST] = [20, 60, 120];
const MEMORY_MB = [USUAL, MORE, MOST];

/** Answers with what it may use, in MB, after using as much as the question is about: as many MB as entries. */
const SCRIPT = `
const { parentPort, resourceLimits } = require('node:worker_threads');
parentPort.on('message', ({ id, task }) => {
  const kept = [];
  const { entries } = task.question ?? task;
  for (let mb = 0; mb < entries.length; mb++) kept.push(Array.from({ length: 131072 }, (_, index) => index + 0.5));
  parentPort.postMessage({ id, answer: [resourceLimits.maxOldGenerationSizeMb, kept.length] });
});
`;

/** Answers with the number of its thread, after it has grown to as many MB as entries. */
const GROWING = `
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', ({ id, task }) => parentPort.postMessage({ id, heapMb: task.entries.length, answer: threadId }));
`;

describe('the planning thread', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-planning-thread-'));
  const script = join(folder, 'worker.js');
  writeFileSync(script, SCRIPT);
  const runner = new WorkerPlanRunner(new SecretValue('key'), script, MEMORY_MB);
  const use = (mb: number): Promise<unknown> =>
    runner.checkBundle(Array.from({ length: mb }, () => ({ path: 'tasks.yaml', text: '' })));

  afterAll(async () => {
    await runner.close();
    rmSync(folder, { recursive: true });
  });

  it('gets more memory for what needs it, and for that alone', async () => {
    const answers = [use(1), use(40), use(80), use(1)];
    expect(await Promise.all(answers)).toEqual([
      [USUAL, 1],
      [MORE, 40],
      [MOST, 80],
      [USUAL, 1],
    ]);
  });

  it('gives a cluster at once what its plan has needed', async () => {
    const plan = (mb: number): Promise<unknown> =>
      runner.plan({ cluster: { name: 'large' }, previous: { successes: [] }, entries: Array(mb).fill(0) } as never);
    expect(await plan(40)).toEqual([MORE, 40]);
    expect(await plan(1)).toEqual([MORE, 1]);
  });

  it('is replaced once it has answered if it has grown large', async () => {
    const growing = join(folder, 'growing.js');
    writeFileSync(growing, GROWING);
    const threads = new WorkerPlanRunner(new SecretValue('key'), growing);
    const grow = (mb: number): Promise<unknown> =>
      threads.checkBundle(Array.from({ length: mb }, () => ({ path: 'tasks.yaml', text: '' })));
    const [first, second, third, fourth] = await Promise.all([grow(40), grow(200), grow(40), grow(40)]);
    expect(second).toBe(first);
    expect(third).not.toBe(second);
    expect(fourth).toBe(third);
    await threads.close();
  });

  it('gives up what needs more than the most, says so, and goes on', async () => {
    await expect(use(1000)).rejects.toMatchObject({
      problems: [{ code: 'API_UNAVAILABLE', subject: 'the bundle', summary: expect.stringContaining('120 MB') }],
    });
    expect(await use(1)).toEqual([USUAL, 1]);
  });
});
