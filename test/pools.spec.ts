import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { waitUntil } from '@muster/testkit';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(240_000);

interface Pool {
  readonly slots: number;
  readonly holders: readonly { readonly transaction: string; readonly cluster: string; readonly slots: number }[];
  readonly waiting: readonly { readonly transaction: string }[];
}

describe('a pool of two clusters on different executors', () => {
  let bed: ProductionBed;
  let journal: string;
  let seen: string;

  beforeAll(async () => {
    bed = await ProductionBed.open(4, 2);
    journal = bed.write('journal', '');
    chmodSync(journal, 0o666);
    // The first holds its slot until it has been looked at; each other a moment, in which a second one could begin.
    seen = `${journal}.seen`;
    const hold = `while [ ! -e ${seen} ]; do sleep 0.2; done; sleep 1`;
    const command = `echo "begins $MUSTER_TASK" >> ${journal}; ${hold}; echo "ends $MUSTER_TASK" >> ${journal}`;
    const tasks = [
      { id: 'free', type: 'shell', role: ['worker'], parameters: { cmd: 'true' } },
      {
        id: 'licensed',
        type: 'shell',
        role: ['worker'],
        requires: ['free'],
        pool: 'licence',
        idempotent: false,
        parameters: { cmd: command },
      },
      {
        id: 'again',
        type: 'shell',
        role: ['worker'],
        requires: ['licensed'],
        pool: 'licence',
        parameters: { cmd: command },
      },
    ];
    await bed.publish('licensed', {
      'release.yaml': 'name: licensed\nversion: 1.0.0\nroles: { worker: {} }\n',
      'tasks.yaml': JSON.stringify(tasks),
    });
    await bed.apply('left', 'licensed@1.0.0', { host1: ['worker'], host2: ['worker'] });
    await bed.apply('right', 'licensed@1.0.0', { host3: ['worker'], host4: ['worker'] });
  });
  afterAll(() => bed?.close());

  const pool = () => musterJson<Pool>(['pool', 'show', 'licence'], bed.env);

  it('that there is none of refuses the deployment, and says how to make it', async () => {
    const refused = await bed.muster(['deploy', 'left', '-o', 'json']);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('PLAN_UNKNOWN_POOL');
    expect(refused.stdout).toContain('muster pool set licence');
  });

  it('lets one task at once have its slot, also when an executor dies that holds it', async () => {
    expect((await bed.muster(['pool', 'set', 'licence', '1'])).code).toBe(0);
    const [left, right] = [await bed.deploy('left'), await bed.deploy('right')];
    const held = await waitUntil('one holds the slot and the other waits', async () => {
      const stand = await pool();
      return stand.holders.length === 1 &&
        stand.waiting.some(({ transaction }) => transaction !== stand.holders[0]?.transaction)
        ? stand
        : null;
    });
    const holder = held.holders[0]?.transaction ?? '';
    const refused = await bed.muster(['pool', 'remove', 'licence', '-o', 'json']);
    expect(refused.stdout).toContain('POOL_IN_USE');
    const tasks = {
      [left]: ['licensed@host1', 'licensed@host2', 'again@host1', 'again@host2'],
      [right]: ['licensed@host3', 'licensed@host4', 'again@host3', 'again@host4'],
    };
    await waitUntil(
      'why says what a task waits for, and who has it',
      async () => {
        const asked = Object.entries(tasks).flatMap(([of, all]) => all.map((task) => bed.muster(['why', of, task])));
        const told = await Promise.all(asked);
        return told.some(({ stdout }) =>
          /waits for a slot of the pool licence.*held by transaction .* of cluster/.test(stdout),
        );
      },
      { timeoutMs: 60_000 },
    );
    const { owner } = await bed.owner(holder);
    owner.signal('SIGKILL');
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    writeFileSync(seen, '');
    await bed.addExecutor();
    expect((await bed.end(left)).state).not.toBe('failed');
    expect((await bed.end(right)).state).not.toBe('failed');
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(16);
    lines.forEach((line, index) => {
      const [what, task] = line.split(' ');
      expect(what).toBe(index % 2 === 0 ? 'begins' : 'ends');
      if (what === 'ends') expect(lines[index - 1]).toBe(`begins ${task}`);
    });
    expect(await pool()).toMatchObject({ holders: [], waiting: [] });
    expect((await bed.muster(['pool', 'remove', 'licence'])).code).toBe(0);
    expect((await bed.muster(['pool', 'show', 'licence'])).code).not.toBe(0);
  });
});
