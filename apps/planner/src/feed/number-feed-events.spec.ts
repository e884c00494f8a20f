import { connectDatabase } from '../database/open-database';
import { rowOf } from '../database/sql';
import { TestPlanner } from '../testing/test-planner.testing';
import type { NewFeedEvent } from './feed-event';
import { numberFeedEvents } from './number-feed-events';
import { lastFeedNumber } from './read-feed';
import { readFeed } from './read-feed';
import { writeFeedEvents } from './write-feed-events';
import type { DataSource, EntityManager } from 'typeorm';

const WRITERS = 8;
const TRANSACTIONS = 25;

/**
 * Writers with database transactions of different lengths, sequencers, and a reader that asks for `id > last` all the
 * while. Gives what was written and what the reader saw.
 */
async function race(
  database: DataSource,
  write: (on: EntityManager, event: NewFeedEvent) => Promise<void>,
  number: () => Promise<unknown>,
): Promise<{ readonly written: readonly string[]; readonly seen: readonly string[] }> {
  const project = `race-${Math.floor(performance.now() * 1000)}`;
  const written: string[] = [];
  let writing = true;
  const writer = async (name: number): Promise<void> => {
    for (let index = 0; index < TRANSACTIONS; index++) {
      const cluster = `${project} ${name}.${index}`;
      await database.transaction(async (manager) => {
        await write(manager, { type: 'cluster.revised', at: null, subject: { cluster }, data: { project } });
        // Holds the commit back by a time that differs from writer to writer: later ones overtake.
        await manager.query('SELECT pg_sleep($1)', [((name * 7 + index * 3) % 5) / 1000]);
      });
      written.push(cluster);
    }
  };
  const sequencer = async (): Promise<void> => {
    while (writing) await number();
  };
  const seen: string[] = [];
  let after = 0;
  const read = async (): Promise<void> => {
    const { events } = await readFeed(database.manager, {
      project: 'default',
      after,
      transaction: null,
      cluster: null,
      kinds: null,
      limit: 1000,
    });
    after = events.at(-1)?.number ?? after;
    seen.push(...events.map((event) => event.subject.cluster ?? '').filter((cluster) => cluster.startsWith(project)));
  };
  const reader = async (): Promise<void> => {
    while (writing) await read();
  };
  const helpers = [sequencer(), sequencer(), reader()];
  await Promise.all(Array.from({ length: WRITERS }, (_, name) => writer(name)));
  writing = false;
  await Promise.all(helpers);
  await number();
  await read();
  return { written, seen };
}

describe('the numbers of the feed', () => {
  let planner: TestPlanner;
  let database: DataSource;
  beforeAll(async () => {
    planner = await TestPlanner.start(0);
    database = planner.database;
  });
  afterAll(() => planner.close());

  it('let a reader of everything after the last one miss nothing, while many commit at once', async () => {
    const { written, seen } = await race(
      database,
      (on, event) => writeFeedEvents(on, 'default', [event]),
      () => numberFeedEvents(database),
    );
    expect(written).toHaveLength(WRITERS * TRANSACTIONS);
    expect([...seen].sort()).toEqual([...written].sort());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('would let it miss some if writers took them before their commit', async () => {
    await database.query('CREATE SEQUENCE planner.fault START 1000000');
    const { written, seen } = await race(
      database,
      async (on, event) => {
        await on.query(
          `INSERT INTO planner.feed_event (id, number, project, recorded_at, position, at, type, subject, data)
           VALUES (gen_random_uuid(), nextval('planner.fault'), 'default', now(), 0, now(), $1, $2, $3)`,
          [event.type, event.subject, event.data],
        );
      },
      // Nobody numbers; a pause, since a loop that never waits would keep everything else from running.
      () => new Promise((resolve) => setTimeout(resolve, 5)),
    );
    expect(seen.length).toBeLessThan(written.length);
  });

  it('have no gaps and keep the order of what was written at once, in several statements', async () => {
    await database.query('TRUNCATE planner.feed_event');
    const events = Array.from({ length: 12_000 }, (_, index): NewFeedEvent => ({
      type: 'task.running',
      at: index,
      subject: { task: String(index) },
      data: {},
    }));
    await writeFeedEvents(database.manager, 'default', events);
    const start = Number(
      (await rowOf<{ last: string }>(database.manager, 'SELECT last FROM planner.feed_sequence'))?.last,
    );
    while ((await numberFeedEvents(database)).isMore);
    const rows: { number: string; task: string }[] = await database.query(
      "SELECT number, subject->>'task' AS task FROM planner.feed_event ORDER BY number",
    );
    expect(rows.map((row) => Number(row.number))).toEqual(events.map((_, index) => start + index + 1));
    expect(rows.map((row) => Number(row.task))).toEqual(events.map((_, index) => index));
  });

  it('are given by another planner when the first dies in the middle', async () => {
    await writeFeedEvents(database.manager, 'default', [{ type: 'node.registered', at: null, subject: {}, data: {} }]);
    const last = await lastFeedNumber(database.manager);
    const dying = await connectDatabase(planner.opened);
    const runner = dying.createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT last FROM planner.feed_sequence WHERE "only" FOR UPDATE');
    const waiting = numberFeedEvents(database);
    // Its connection ends without a commit, as a killed process's does.
    await rowOf(database.manager, 'SELECT pg_terminate_backend($1)', [
      Number((await runner.query('SELECT pg_backend_pid() AS pid'))[0].pid),
    ]);
    expect(await waiting).toEqual({ last: last + 1, isMore: false });
    await runner.release().catch(() => undefined);
    await dying.destroy().catch(() => undefined);
  });
});
