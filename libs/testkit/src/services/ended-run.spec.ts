import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive, killAll } from './process-tree';
import { waitUntil } from './wait-until';

const root = join(__dirname, '../../../..');

describe.each(['SIGTERM', 'SIGINT'] as const)('a test run that is ended by %s', (signal) => {
  it('leaves neither workers nor what they have started', async () => {
    // Two projects with one suite, since Jest runs a single suite without a worker.
    const preset = require.resolve(join(root, 'jest.preset.cjs'));
    const { moduleNameMapper: _, ...shared } = jest.requireActual<Record<string, unknown>>(preset);
    const project = { ...shared, rootDir: __dirname, testMatch: ['**/hangs.testing.ts'] };
    const config = {
      maxWorkers: 2,
      testTimeout: 600_000,
      rootDir: root,
      projects: [project, { ...project, displayName: 'other' }],
    };
    const run = spawn(process.execPath, [require.resolve('jest/bin/jest'), '-c', JSON.stringify(config)], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(run, 'exit');
    const left: number[] = [];
    try {
      for await (const line of createInterface({ input: run.stderr })) {
        left.push(...(/started (\d+) (\d+)/.exec(line)?.slice(1).map(Number) ?? []));
        if (left.length === 4) break;
      }
      run.kill(signal);
      await ended;
      expect(left).toHaveLength(4);
      await waitUntil('nothing of it is left', async () => {
        for (const pid of left) if (await isAlive(pid)) return false;
        return true;
      });
    } finally {
      run.kill('SIGKILL');
      await killAll(left);
    }
  });
});

describe('a worker that has been told to end', () => {
  it('ends by itself, although it would notice that its run is gone', async () => {
    const runtime = JSON.stringify(join(root, 'tools/jest-runtime.cjs'));
    const worker = `require(${runtime}); const end = () => process.off('message', end); process.on('message', end);`;
    const child = fork('-e', [worker], { cwd: root, execArgv: [] });
    const ended = once(child, 'exit');
    child.send('end');
    expect(await ended).toEqual([0, null]);
  });
});
