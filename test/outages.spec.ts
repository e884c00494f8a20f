import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@muster/testkit';
import { ProductionBed } from './bed/production-bed';
import type { ServiceProcess } from './bed/service-process';
import { withClient } from './bed/with-client';
import { type JournalLine, journalOf } from './chaos/chaos-cluster';
import { objections, readRecords } from './chaos/chaos-referees';

jest.setTimeout(240_000);

const STEPS = 6;
const roles = { host1: ['worker'], host2: ['worker'] };
const journaled = (work: string): string =>
  ['begin', 'end']
    .map((what) => `echo "${what} $MUSTER_ATTEMPT $MUSTER_TASK $$ $(date +%s.%N)" >> ~/journal`)
    .join(`; ${work}; `);
const steps = Array.from({ length: STEPS }, (_, step) => ({
  id: `s${step}`,
  ...{ type: 'shell', role: ['worker'], requires: step === 0 ? [] : [`s${step - 1}`] },
  // One that is longer than a lease, whatever happens during it, and as long as `hold` is there.
  parameters: { cmd: journaled(step === 1 ? 'sleep 8; while [ -e ~/hold ]; do sleep 0.2; done' : 'sleep 1') },
}));

describe('while a part is down what runs goes on, nothing starts without a valid lease, and all catches up', () => {
  let bed: ProductionBed;
  let transaction: string;

  beforeAll(async () => {
    bed = await ProductionBed.openAlone(2, 2);
    await bed.publish('steps', {
      'release.yaml': JSON.stringify({ name: 'steps', version: '1.0.0', roles: { worker: {} } }),
      'tasks.yaml': JSON.stringify(steps),
    });
    await bed.apply('steps', 'steps@1.0.0', roles);
  });
  afterAll(() => bed?.close());

  beforeEach(async () => {
    transaction = await bed.deploy('steps');
    const deployment = await deploymentOf();
    await waitUntil('the long step runs on both hosts', () => begun(deployment, 's1').length === 2);
  });

  const deploymentOf = (): Promise<string> =>
    waitUntil('the planner knows its deployment', () =>
      withClient(bed, async (client) => (await readRecords(client, transaction)).deployment).catch(() => null),
    );
  function lines(deployment: string, what: JournalLine['what'], step?: string): JournalLine[] {
    const isThere = bed.hosts.hosts.every(({ dataDir }) => existsSync(join(dataDir, 'journal')));
    const all = isThere ? journalOf(bed, deployment) : [];
    return all.filter((line) => line.what === what && (step === undefined || line.task.startsWith(`${step}@`)));
  }
  const begun = (deployment: string, step?: string): JournalLine[] => lines(deployment, 'begin', step);
  const ended = (deployment: string, step?: string): JournalLine[] => lines(deployment, 'end', step);

  /** All has succeeded, each command began once and ended once, and the planner has heard of everything once. */
  async function expectAllOnce(deployment: string): Promise<void> {
    expect((await bed.end(transaction)).state).toBe('succeeded');
    const records = await waitUntil('the planner has heard everything', () =>
      withClient(bed, async (client) => {
        const read = await readRecords(client, transaction);
        return read.plannerSeq === read.log.length ? read : null;
      }),
    );
    expect(objections(records, journalOf(bed, deployment), records)).toEqual([]);
    expect(begun(deployment)).toHaveLength(STEPS * 2);
    expect(ended(deployment)).toHaveLength(STEPS * 2);
  }

  it('the broker: tasks go on being started, and the planner hears of them afterwards', async () => {
    const deployment = await deploymentOf();
    await bed.rabbitmq.kill();
    await waitUntil('the last step ends', () => ended(deployment, `s${STEPS - 1}`).length === 2, { timeoutMs: 60_000 });
    await bed.rabbitmq.start();
    await expectAllOnce(deployment);
  });

  it('the planner: its executors need it for nothing', async () => {
    const deployment = await deploymentOf();
    await bed.planner.kill();
    await waitUntil('the last step ends', () => ended(deployment, `s${STEPS - 1}`).length === 2, { timeoutMs: 60_000 });
    await bed.restartPlanner();
    await expectAllOnce(deployment);
  });

  it('the database, for longer than a lease: what runs ends, and nothing starts until it is back', async () => {
    const deployment = await deploymentOf();
    await bed.postgres.kill();
    await waitUntil('the long step ends', () => ended(deployment, 's1').length === 2, { timeoutMs: 60_000 });
    const told = (): number => complaints(bed, 'events are not stored yet');
    const before = told();
    await waitUntil('its owner has tried to store that', () => told() > before + 1, { timeoutMs: 30_000 });
    expect(begun(deployment, 's2')).toEqual([]);
    await bed.postgres.start();
    await expectAllOnce(deployment);
  });

  it('every executor, for longer than a lease: their commands go on, and those who come re-attach to them', async () => {
    const deployment = await deploymentOf();
    await Promise.all(bed.executors.splice(0).map((executor) => executor.kill()));
    await waitUntil('the long step ends', () => ended(deployment, 's1').length === 2, { timeoutMs: 60_000 });
    expect(begun(deployment, 's2')).toEqual([]);
    await bed.addExecutor();
    await bed.addExecutor();
    await expectAllOnce(deployment);
  });

  it('executors that are replaced one after another: each gives its lease up when it is asked to end', async () => {
    const deployment = await deploymentOf();
    // However long executors take to start, the deployment has not ended meanwhile.
    const holds = bed.hosts.hosts.map(({ dataDir }) => join(dataDir, 'hold'));
    for (const hold of holds) writeFileSync(hold, '');
    for (let replaced = 0; replaced < 2; replaced++) {
      const { owner } = await bed.owner(transaction);
      await bed.addExecutor();
      bed.executors.splice(bed.executors.indexOf(owner), 1);
      expect(await owner.stop()).toBe(0);
      await waitUntil('another owns it', () =>
        ownerOf(bed, deployment).then((id) => id !== null && id !== owner.ready.id),
      );
      await waitUntil('the planner knows', async () => isOf(bed.executors, (await bed.status(transaction)).executor));
    }
    for (const hold of holds) rmSync(hold);
    await expectAllOnce(deployment);
    const attempts = await withClient(bed, async (client) => (await readRecords(client, transaction)).attempts);
    expect(attempts.every(({ attempt }) => attempt === 1)).toBe(true);
  });
});

/** How often executors have said so in their logs. */
function complaints(bed: ProductionBed, text: string): number {
  return [1, 2, 3, 4, 5, 6].reduce((sum, number) => {
    const file = join(bed.folder.path, `executor-${number}.log`);
    return sum + (existsSync(file) ? readFileSync(file, 'utf8').split(text).length - 1 : 0);
  }, 0);
}

function ownerOf(bed: ProductionBed, deployment: string): Promise<string | null> {
  return withClient(bed, async (client) => {
    const { rows } = await client.query<{ owner: string | null }>(
      `SELECT owner FROM executor.deployment WHERE id = $1`,
      [deployment],
    );
    return rows[0]?.owner ?? null;
  });
}

function isOf(executors: readonly ServiceProcess[], id: string | null): boolean {
  return executors.some(({ ready }) => ready.id === id);
}
