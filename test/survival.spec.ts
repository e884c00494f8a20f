import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@muster/testkit';
import { commandLinesWith, ownSleep } from './bed/command-lines';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(240_000);

/** A chain of three tasks per node, each noting in the node's own journal that its command began and ended. */
const tasks = `
- { id: one, type: shell, role: [worker], parameters: { cmd: &cmd 'echo "$MUSTER_TASK begins $$ $(date +%s.%N)" >> ~/journal; sleep 2; echo "$MUSTER_TASK ends" >> ~/journal; echo said by "$MUSTER_TASK"' } }
- { id: two, type: shell, role: [worker], requires: [one], parameters: { cmd: *cmd } }
- { id: three, type: shell, role: [worker], requires: [two], cross-depends: [{ name: two }], parameters: { cmd: *cmd } }
`;
const sleeping = ownSleep();
const long = `
- { id: long, type: shell, role: [worker], parameters: { cmd: '${sleeping}; echo survived > ~/survived' } }
- { id: after, type: shell, role: [worker], requires: [long], parameters: { cmd: 'true' } }
`;
const release = (name: string): string => `name: ${name}\nversion: 1.0.0\nroles: { worker: {} }\n`;

describe('a deployment on real hosts survives', () => {
  let bed: ProductionBed;
  const roles = { host1: ['worker'], host2: ['worker'], host3: ['worker'] };

  beforeAll(async () => {
    bed = await ProductionBed.openAlone(3, 2);
    await bed.publish('chain', { 'release.yaml': release('chain'), 'tasks.yaml': tasks });
    await bed.publish('long', { 'release.yaml': release('long'), 'tasks.yaml': long });
  });
  afterAll(() => bed?.close());

  beforeEach(() => {
    for (const { dataDir } of bed.hosts.hosts) rmSync(join(dataDir, 'journal'), { force: true });
  });

  /** What the commands themselves wrote: each began once and ended once. */
  function expectEachOnce(): void {
    for (const { name, dataDir } of bed.hosts.hosts) {
      const lines = readFileSync(join(dataDir, 'journal'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ').slice(0, 2).join(' '));
      expect(lines).toEqual(
        ['one', 'two', 'three'].flatMap((task) => [`${task}@${name} begins`, `${task}@${name} ends`]),
      );
    }
  }

  /**
   * Waits until the command of a task runs, as it says itself: what the planner shows may be later, and a state of two
   * seconds be over by then.
   */
  const begins = (task: string) => {
    const [, node] = task.split('@');
    const journal = join(bed.hosts.hosts.find(({ name }) => name === node)?.dataDir ?? '', 'journal');
    return waitUntil(
      `the command of ${task} runs`,
      () => existsSync(journal) && readFileSync(journal, 'utf8').includes(`${task} begins`),
    );
  };

  async function expectSucceeded(transaction: string): Promise<void> {
    const { state, graphs } = await bed.end(transaction);
    const states = new Set(Object.values(graphs[0]?.tasks ?? {}).map((task) => task.state));
    expect({ state, states: [...states] }).toEqual({ state: 'succeeded', states: ['succeeded'] });
    for (const task of Object.values(graphs[0]?.tasks ?? {})) expect(task.attempts).toBe(1);
    expectEachOnce();
  }

  it('a kill -9 of the executor that owns it: the other takes over and re-attaches, and each command ran once', async () => {
    await bed.apply('hosts', 'chain@1.0.0', roles);
    const transaction = await bed.deploy('hosts');
    await begins('two@host1');
    const { owner } = await bed.owner(transaction);
    await owner.kill();
    await waitUntil(
      'another executor owns it',
      async () => (await bed.status(transaction)).executor !== owner.ready.id,
      { timeoutMs: 30_000, intervalMs: 100 },
    );
    await expectSucceeded(transaction);
    // What was said while nobody listened is there as well.
    expect(await bed.logs(transaction, 'two@host1')).toBe('said by two@host1\n');
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    await bed.addExecutor();
  });

  it('a restart of the broker in the middle', async () => {
    const transaction = await bed.deploy('hosts');
    await begins('one@host1');
    await bed.rabbitmq.kill();
    await bed.rabbitmq.start();
    await expectSucceeded(transaction);
  });

  it('a restart of the database in the middle', async () => {
    const transaction = await bed.deploy('hosts');
    await begins('one@host2');
    await bed.postgres.kill();
    await bed.postgres.start();
    await expectSucceeded(transaction);
  });

  it('a polite end of its owner: handed over at once', async () => {
    const transaction = await bed.deploy('hosts');
    await begins('one@host1');
    const { owner } = await bed.owner(transaction);
    expect(await owner.stop()).toBe(0);
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    await expectSucceeded(transaction);
    await bed.addExecutor();
  });

  it.each([
    ['dead', (signal: (name: NodeJS.Signals) => void) => signal('SIGKILL')],
    ['stopped', (signal: (name: NodeJS.Signals) => void) => signal('SIGSTOP')],
  ])('a cancel sent while its owner is %s takes effect', async (_how, hit) => {
    await bed.apply('hosts', 'long@1.0.0', roles);
    const transaction = await bed.deploy('hosts');
    await waitUntil('the command runs on every host', () => commandLinesWith(sleeping).length === 3);
    const { owner } = await bed.owner(transaction);
    hit((name) => owner.signal(name));
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    try {
      const cancelled = await bed.muster(['cancel', transaction, '--reason', 'changed our minds']);
      expect(cancelled.code).toBe(0);
      const { state, graphs } = await bed.end(transaction);
      // Confirmed on the nodes, and so nothing of it goes on.
      expect(commandLinesWith(sleeping)).toEqual([]);
      expect(state).toBe('cancelled');
      for (const name of ['host1', 'host2', 'host3']) {
        expect(graphs[0]?.tasks[`long@${name}`]?.state).toBe('cancelled');
        expect(graphs[0]?.tasks[`after@${name}`]?.state).toBe('not-run');
      }
    } finally {
      owner.signal('SIGCONT');
      await owner.stop();
      await bed.addExecutor();
    }
  });
});
