import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskStatus } from '@muster/client';
import { freePort, waitUntil } from '@muster/testkit';
import { ProductionBed } from './bed/production-bed';
import { root } from './bed/root';

jest.setTimeout(240_000);

describe('examples/postgres-ha on five hosts with sshd, two executors, RabbitMQ and PostgreSQL', () => {
  let bed: ProductionBed;
  const roles = { host1: ['primary'], host2: ['replica'], host3: ['replica'], host4: ['replica'], host5: ['replica'] };

  beforeAll(async () => {
    bed = await ProductionBed.open(5, 2);
    const [primary] = bed.hosts.hosts;
    // A namespace has every port to itself; on loopback the machine's own PostgreSQL may have the usual one.
    const portOn = (address: string): Promise<number> | number =>
      bed.hosts.kind === 'namespace' ? 5432 : freePort(address);
    const primaryPort = await portOn(primary?.address ?? '');
    for (const { name, address, dataDir } of bed.hosts.hosts) {
      const port = name === 'host1' ? primaryPort : await portOn(address);
      const lines = {
        HOST: address,
        PORT: port,
        DATA: join(dataDir, 'pg'),
        PRIMARY_HOST: primary?.address,
        PRIMARY_PORT: primaryPort,
        REPLICATION_PASSWORD: 'a-replication-password',
        // Slow enough that three replicas would be seen together, if the limit let them.
        BACKUP_RATE: '12M',
        JOURNAL: join(dataDir, 'journal'),
      };
      writeFileSync(
        join(dataDir, 'postgres.env'),
        `${Object.entries(lines)
          .map(([key, value]) => `${key}='${value}'`)
          .join('\n')}\n`,
        { mode: 0o600 },
      );
    }
    // As it is, but for the folder: an ordinary user may not write to /opt, and all these hosts share it.
    const example = join(root, 'examples/postgres-ha');
    const files = readdirSync(example, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(example, path)).isFile(),
    );
    const own = join(bed.folder.path, 'opt/postgres-ha');
    await bed.publish(
      'example',
      Object.fromEntries(
        files.map((path) => [path, readFileSync(join(example, path), 'utf8').replaceAll('/opt/postgres-ha', own)]),
      ),
    );
    await bed.apply('pg', 'postgres-ha@1.0.0', roles);
  });
  afterAll(() => bed?.close());

  it('deploys though its owner is killed while replicas join: never more than two at once, each command ran once, and every replica reads the row of the primary', async () => {
    const transaction = await bed.deploy('pg');
    await waitUntil('two replicas join', () => bed.hosts.hosts.filter(({ dataDir }) => joins(dataDir)).length === 2, {
      timeoutMs: 60_000,
      intervalMs: 50,
    });
    const { owner, others } = await bed.owner(transaction);
    await owner.kill();
    bed.executors.splice(bed.executors.indexOf(owner), 1);
    const { state, executor, graphs } = await bed.end(transaction);
    expect(others.map(({ ready }) => ready.id)).toEqual([executor]);
    const tasks: Readonly<Record<string, TaskStatus>> = graphs[0]?.tasks ?? {};
    const failed = Object.entries(tasks).filter(([, task]) => task.state !== 'succeeded' && task.state !== 'skipped');
    const said = await Promise.all(failed.map(([task]) => bed.logs(transaction, task)));
    expect({ state, failed, said }).toEqual({ state: 'succeeded', failed: [], said: [] });

    const joined = Object.entries(tasks).filter(([task]) => task.startsWith('replica-join@'));
    expect(joined).toHaveLength(4);
    expect(mostAtOnce(joined.map(([, task]) => task))).toBe(2);
    for (const host of ['host2', 'host3', 'host4', 'host5']) {
      expect(await bed.logs(transaction, `row-read@${host}`)).toMatch(/row 1 of the primary is here/);
    }
    for (const { name, dataDir } of bed.hosts.hosts) {
      const journal = readFileSync(join(dataDir, 'journal'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ').slice(1).join(' '));
      expect(journal.filter((line) => line === (name === 'host1' ? 'start primary' : 'start replica'))).toHaveLength(1);
    }
  });
});

/** Whether the command says in its journal that it has begun to copy the primary to this host. */
function joins(dataDir: string): boolean {
  const journal = join(dataDir, 'journal');
  return existsSync(journal) && readFileSync(journal, 'utf8').includes('start replica');
}

/** The largest number of tasks whose times overlap. */
function mostAtOnce(tasks: readonly TaskStatus[]): number {
  const changes = tasks
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt ?? '', by: 1 },
      { at: endedAt ?? '', by: -1 },
    ])
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.by - b.by));
  let now = 0;
  let most = 0;
  for (const { by } of changes) most = Math.max(most, (now += by));
  return most;
}
