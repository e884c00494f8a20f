import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@muster/testkit';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(240_000);

const definitions = `
- { id: wait, type: shell, role: [worker], parameters: { cmd: 'while [ ! -e ~/go ]; do sleep 0.1; done; rm ~/go' } }
- { id: after, type: shell, role: [worker], requires: [wait], parameters: { cmd: 'true' } }
`;

describe('transactions of two clusters, on two executors', () => {
  let bed: ProductionBed;

  beforeAll(async () => {
    bed = await ProductionBed.open(2, 2);
    const release = 'name: gated\nversion: 1.0.0\nroles: { worker: {} }\n';
    await bed.publish('gated', { 'release.yaml': release, 'tasks.yaml': definitions });
    await bed.apply('first', 'gated@1.0.0', { host1: ['worker'] });
    await bed.apply('second', 'gated@1.0.0', { host2: ['worker'] });
  });
  afterAll(() => bed?.close());

  /** Both run when it settles: each waits on its node. */
  async function startBoth(): Promise<readonly [string, string]> {
    const first = await bed.deploy('first');
    await bed.task(first, 'wait@host1', 'running');
    const second = await bed.deploy('second');
    await bed.task(second, 'wait@host2', 'running');
    return [first, second];
  }

  async function owners(transactions: readonly string[]): Promise<(string | null)[]> {
    return Promise.all(transactions.map(async (transaction) => (await bed.status(transaction)).executor));
  }

  async function endBoth(transactions: readonly string[]): Promise<void> {
    for (const { dataDir } of bed.hosts.hosts) writeFileSync(join(dataDir, 'go'), '');
    const ends = await Promise.all(transactions.map((transaction) => bed.end(transaction)));
    expect(ends.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    for (const { graphs } of ends)
      expect(Object.values(graphs[0]?.tasks ?? {}).map(({ attempts }) => attempts)).toEqual([1, 1]);
  }

  it('each have an executor of their own, every time', async () => {
    const both = bed.executors.map(({ ready }) => ready.id ?? '').sort();
    for (let round = 1; round <= 3; round++) {
      const transactions = await startBoth();
      expect({ round, owners: (await owners(transactions)).sort() }).toEqual({ round, owners: both });
      await endBoth(transactions);
    }
  });

  it('are both carried on by the one that is left, and shared again with one that comes', async () => {
    const transactions = await startBoth();
    const { owner, others } = await bed.owner(transactions[0]);
    await owner.kill();
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    const left = others[0]?.ready.id;
    await waitUntil(
      'the other owns both',
      async () => (await owners(transactions)).every((executor) => executor === left),
      { timeoutMs: 30_000, intervalMs: 100 },
    );
    await endBoth(transactions);
    await bed.addExecutor();
    const again = await startBoth();
    expect(new Set(await owners(again)).size).toBe(2);
    await endBoth(again);
  });
});
