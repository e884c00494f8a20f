import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@muster/testkit';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(240_000);

const mending = `
- { id: once, type: shell, role: [worker], parameters: { cmd: 'echo x >> ~/once' } }
- { id: mend, type: shell, role: [worker], requires: [once], parameters: { cmd: 'echo x >> ~/mend; [ -e ~/mended ]' } }
- { id: last, type: shell, role: [worker], requires: [mend], parameters: { cmd: 'echo x >> ~/last' } }
`;
const gated = `
- { id: gate, type: shell, role: [worker], parameters: { cmd: 'echo x >> ~/began; until [ -e ~/go ]; do sleep 0.1; done; rm ~/go' } }
`;
const rolled = `
- { id: roll, type: shell, role: [worker], parameters: { cmd: 'echo x >> ~/rolled' } }
`;
const checked = `
- { id: change, type: shell, role: [worker], parameters: { cmd: 'echo x >> ~/changed' } }
`;
const checks = `
- { id: room, group: before, roles: [worker], task: { type: shell, parameters: { cmd: '[ -e ~/room ]' } } }
- { id: clock, group: before, severity: warning, roles: [worker], task: { type: shell, parameters: { cmd: '[ -e ~/clock ]' } } }
- { id: changed, group: after, stage: { after: change }, task: { type: shell, parameters: { cmd: '[ -e ~/changed ]' } } }
- { id: slow, group: slow, graphs: [never], roles: [worker], task: { type: shell, parameters: { cmd: 'exec sleep 600' } } }
`;

interface Limit {
  readonly key: string;
  readonly amount: number;
  readonly used: number;
}

describe('an operator at the command line, with servers and hosts as in production', () => {
  let bed: ProductionBed;
  const roles = { host1: ['worker'], host2: ['worker'] };
  const on = (host: number, file: string): string => join(bed.hosts.hosts[host - 1]?.dataDir ?? '', file);
  const touch = (host: number, file: string): void => writeFileSync(on(host, file), '');

  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
    const release = (name: string, worker: object): string =>
      JSON.stringify({ name, version: '1.0.0', roles: { worker } });
    await bed.publish('mending', { 'release.yaml': release('mending', {}), 'tasks.yaml': mending });
    await bed.publish('gated', { 'release.yaml': release('gated', { concurrency: 1 }), 'tasks.yaml': gated });
    const ramp = { steps: [1], gate: 'manual' };
    await bed.publish('rolled', { 'release.yaml': release('rolled', { ramp }), 'tasks.yaml': rolled });
    const tolerant = release('checked', { faultTolerance: 1 });
    const files = { 'tasks.yaml': checked, 'validations.yaml': checks };
    await bed.publish('checked', { 'release.yaml': tolerant, ...files });
  });
  afterAll(() => bed?.close());

  const runningOf = (transaction: string): Promise<string> =>
    waitUntil('a task runs', async () => {
      const tasks = (await bed.status(transaction)).graphs[0]?.tasks ?? {};
      return Object.keys(tasks).find((task) => tasks[task]?.state === 'running') ?? null;
    });

  it('is stopped by a fatal check before any change, though the role tolerates a failing node, and warned by others', async () => {
    await bed.apply('hosts', 'checked@1.0.0', roles);
    touch(1, 'room');
    for (const host of [1, 2]) touch(host, 'clock');
    expect((await bed.muster(['deploy', 'hosts', '--wait'])).code).toBe(3);
    const [{ transaction } = { transaction: '' }] = await musterJson<{ transaction: string }[]>(['status'], bed.env);
    const text = (await bed.muster(['status', transaction])).stdout;
    expect(text).toMatch(/\nvalidations\n[^]*before +room +fatal +host2 +failed +\S+Z +exited with code 1/);
    expect(text).toMatch(/before +room +fatal +host1 +passed/);
    expect(text).toMatch(/after +changed +fatal +host1 +blocked/);
    expect([1, 2].map((host) => existsSync(on(host, 'changed')))).toEqual([false, false]);

    // Alone, until they are right; a warning does not keep anything back.
    touch(2, 'room');
    rmSync(on(2, 'clock'));
    expect((await bed.muster(['validation', 'run', 'hosts', '--group', 'before', '--wait'])).code).toBe(9);
    const results = await musterJson<{ validation: string; node: string; result: string }[]>(
      ['validation', 'results', 'hosts'],
      bed.env,
    );
    expect(results.map(({ validation, node, result }) => `${validation}@${node} ${result}`).sort()).toEqual([
      ...['clock@host1 passed', 'clock@host2 warned', 'room@host1 passed', 'room@host2 passed'],
    ]);
    expect((await bed.muster(['deploy', 'hosts', '--wait'])).code).toBe(9);
    expect([1, 2].map((host) => readFileSync(on(host, 'changed'), 'utf8'))).toEqual(['x\n', 'x\n']);
  });

  it('stops checks that run alone, and what they ran has ended on the node', async () => {
    const started = ['validation', 'run', 'hosts', '--validation', 'slow', '--nodes', 'host1'];
    const { transaction } = await musterJson<{ transaction: string }>(started, bed.env);
    await bed.task(transaction, 'validation.slow@host1', 'running');
    expect((await bed.muster(['validation', 'stop', 'hosts', '--reason', 'too slow'])).code).toBe(0);
    const { state, validations, unconfirmed } = await bed.end(transaction);
    expect([state, unconfirmed]).toEqual(['cancelled', []]);
    const members = [
      { node: 'host1', result: 'cancelled' },
      { node: 'host2', result: 'skipped', text: 'not selected' },
    ];
    expect(validations?.at(-1)).toMatchObject({ group: 'slow', validations: [{ id: 'slow', members }] });
  });

  it('has what failed done again after the end, and nothing that succeeded', async () => {
    await bed.apply('hosts', 'mending@1.0.0', roles);
    touch(1, 'mended');
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'hosts'], bed.env);
    const failed = await bed.end(transaction);
    expect(failed.state).toBe('failed');
    expect(failed.graphs[0]?.tasks).toMatchObject({
      'last@host1': { state: 'succeeded' },
      'mend@host2': { state: 'failed', attempts: 1 },
      'last@host2': { state: 'blocked' },
    });
    touch(2, 'mended');
    expect((await bed.muster(['retry', transaction, '--reason', 'mended'])).code).toBe(0);
    expect((await bed.muster(['watch', transaction])).code).toBe(0);
    const { state, graphs } = await bed.status(transaction);
    expect(state).toBe('succeeded');
    const tasks = graphs.at(-1)?.tasks ?? {};
    expect(tasks).toMatchObject({
      'mend@host2': { state: 'succeeded', attempts: 2 },
      'last@host2': { state: 'succeeded', attempts: 1 },
    });
    expect(tasks['once@host2']).toEqual(failed.graphs[0]?.tasks['once@host2']);
    const runs = ['once', 'mend', 'last'].map((file) => [1, 2].map((host) => readFileSync(on(host, file), 'utf8')));
    expect(runs).toEqual([
      ['x\n', 'x\n'],
      ['x\n', 'x\nx\n'],
      ['x\n', 'x\n'],
    ]);
    // Nothing is left to do.
    expect((await bed.muster(['retry', transaction])).code).toBe(8);
  });

  it('opens by a word the gate that the second wave waits at', async () => {
    await bed.apply('hosts', 'rolled@1.0.0', roles);
    const transaction = await bed.deploy('hosts');
    const gate = 'ramp.worker.1';
    await bed.task(transaction, 'roll@host1', 'succeeded');
    await bed.task(transaction, `${gate}@sync`, 'running');
    const why = async (task: string) =>
      (await musterJson<{ reasons: { code: string; text: string }[] }>(['why', transaction, task], bed.env)).reasons;
    expect(await why('roll@host2')).toMatchObject([{ code: 'dependency', text: expect.stringContaining(gate) }]);
    expect(await why(`${gate}@sync`)).toMatchObject([
      { text: expect.stringMatching(/waits for the event .*muster signal/) },
    ]);
    // Another event opens nothing, and a retry of what has not failed is refused by the executor.
    expect((await bed.muster(['signal', transaction, 'another'])).code).toBe(0);
    expect((await bed.muster(['retry', transaction, 'roll@host2'])).code).toBe(8);
    expect((await bed.status(transaction)).graphs[0]?.tasks['roll@host2']?.state).toBe('waiting');
    expect(existsSync(on(2, 'rolled'))).toBe(false);
    expect((await bed.muster(['approve', transaction, gate, '--reason', 'looks well'])).code).toBe(0);
    const { state, graphs } = await bed.end(transaction);
    expect([state, graphs[0]?.tasks['roll@host2']?.state]).toEqual(['succeeded', 'succeeded']);
    expect([1, 2].map((host) => readFileSync(on(host, 'rolled'), 'utf8'))).toEqual(['x\n', 'x\n']);
  });

  it('sees who holds a limit, and what waits starts as soon as it is raised', async () => {
    await bed.apply('hosts', 'gated@1.0.0', roles);
    const transaction = await bed.deploy('hosts');
    const first = await runningOf(transaction);
    const second = first === 'gate@host1' ? 'gate@host2' : 'gate@host1';
    const limit = async (): Promise<Limit | undefined> =>
      (await musterJson<Limit[]>(['limit', transaction], bed.env)).find(({ key }) => key === 'role:worker');
    expect(await limit()).toMatchObject({ amount: 1, used: 1 });
    const why = await musterJson<{ reasons: { code: string; holders: string[] }[] }>(
      ['why', transaction, second],
      bed.env,
    );
    expect(why.reasons).toEqual([expect.objectContaining({ code: 'limit-full', holders: [first] })]);
    const codes = [];
    for (const words of [
      ['role:worker', '0'],
      ['role:nobody', '2'],
      ['role:worker', '2', '--reason', 'in a hurry'],
    ])
      codes.push((await bed.muster(['limit', transaction, ...words])).code);
    expect(codes).toEqual([1, 8, 0]);
    await bed.task(transaction, second, 'running');
    expect(await limit()).toMatchObject({ amount: 2, used: 2 });
    touch(1, 'go');
    touch(2, 'go');
    expect((await bed.end(transaction)).state).toBe('succeeded');
  });

  it('closes by force what no executor can end, and deploys again', async () => {
    const transaction = await bed.deploy('hosts');
    const running = await runningOf(transaction);
    const host = running === 'gate@host1' ? 1 : 2;
    const [executor] = bed.executors.splice(0);
    await executor?.kill();
    const unsure = await bed.muster(['force-close', transaction]);
    expect([unsure.code, unsure.stderr]).toEqual([1, expect.stringContaining('--yes')]);
    expect((await bed.status(transaction)).state).toBe('running');
    const closed = await bed.muster(['force-close', transaction, '--yes', '--reason', 'its executor is gone']);
    expect([closed.code, closed.stderr]).toEqual([0, expect.stringMatching(new RegExp(`may still run[^]*${running}`))]);
    expect((await bed.status(transaction)).state).toBe('cancelled');
    expect((await bed.muster(['watch', transaction])).code).toBe(5);
    await bed.addExecutor();
    // It was not ended; now it ends by itself, and nobody waits for it.
    touch(host, 'go');
    await waitUntil('what still ran has ended', () => !existsSync(on(host, 'go')));
    const again = await waitUntil('the nodes are free', async () => {
      const { code, stdout } = await bed.muster(['deploy', 'hosts', '-o', 'json']);
      return code === 0 ? (JSON.parse(stdout) as { transaction: string }).transaction : null;
    });
    touch(1, 'go');
    touch(2, 'go');
    expect((await bed.end(again)).state).toBe('succeeded');
    expect((await bed.status(transaction)).state).toBe('cancelled');
  });
});
