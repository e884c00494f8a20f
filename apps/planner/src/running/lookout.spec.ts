import { type Database, migrate, openDatabase } from '@muster/storage';
import { createTestDatabase, waitUntil } from '@muster/testkit';
import type { DataSource } from 'typeorm';
import { migrations } from '../database/migrations';
import { connectDatabase } from '../database/open-database';
import { FeedSequencer } from '../feed/feed-sequencer';
import { FeedTail } from '../feed/feed-tail';
import { numberFeedEvents } from '../feed/number-feed-events';
import { writeFeedEvents } from '../feed/write-feed-events';
import { Lookout } from './lookout';
import { PlannerNudges, type PlannerTopic } from './planner-nudges';

const TOPICS = ['recorded', 'numbered', 'outgoing', 'advance', 'inspect', 'webhook'] as const;

const FOREIGN = [
  ['planner.outgoing', 'outgoing_deployment_fk'],
  ['planner.inspection_node', 'inspection_node_inspection_fk'],
  ['planner.inspection_node', 'inspection_node_node_fk'],
] as const;

describe('the lookout of a planner', () => {
  let opened: Database;
  let database: DataSource;
  let drop: () => Promise<void>;
  const failures: unknown[] = [];
  beforeAll(async () => {
    const test = await createTestDatabase();
    drop = () => test.drop();
    opened = await openDatabase({ config: { kind: 'postgres', url: test.url }, name: 'lookout' });
    await migrate(opened, 'planner', migrations);
    database = await connectDatabase(opened);
  });
  afterAll(async () => {
    await database.destroy();
    await opened.close();
    await drop();
  });

  /** Looks until `until` is true; gives what was nudged by then. */
  async function nudged(until: (topics: ReadonlySet<PlannerTopic>) => boolean, withSequencer = false) {
    const nudges = new PlannerNudges();
    const tail = new FeedTail(database);
    const topics = new Set<PlannerTopic>();
    for (const topic of TOPICS) nudges.on(topic, () => topics.add(topic));
    const fail = (error: unknown) => failures.push(error);
    const sequencer = withSequencer ? new FeedSequencer(database, nudges, tail, fail) : null;
    const lookout = new Lookout(database, nudges, tail, fail);
    try {
      await waitUntil('it was nudged', () => until(topics));
    } finally {
      await lookout.close();
      await sequencer?.close();
    }
    return { topics: [...topics].sort(), tail };
  }

  const write = () =>
    writeFeedEvents(database.manager, 'default', [
      { type: 'cluster.deleted', at: null, subject: { cluster: 'c' }, data: {} },
    ]);

  it('sees what another planner numbered', async () => {
    await write();
    await numberFeedEvents(database);
    const { topics, tail } = await nudged((seen) => seen.has('numbered'));
    expect(topics).toEqual(['numbered']);
    expect(await tail.next(0)).toMatchObject({ events: [{ number: 1 }] });
  });

  it('has numbered what another planner recorded before it died', async () => {
    await write();
    const { tail } = await nudged((seen) => seen.has('recorded') && seen.has('numbered'), true);
    await waitUntil('it has a number', async () => (await tail.next(1)) !== 'none');
    expect(failures).toEqual([]);
  });

  it.each([
    [
      'outgoing',
      `INSERT INTO planner.outgoing (id, kind, deployment_id, position, body, due_at)
       VALUES (gen_random_uuid(), 'start', gen_random_uuid(), 1, '{}', now() + $1::text::interval)`,
    ],
    [
      'inspect',
      `INSERT INTO planner.inspection_node (inspection_id, node_id, next_at)
       VALUES (gen_random_uuid(), gen_random_uuid(), now() + $1::text::interval)`,
    ],
  ] as const)('sees work of %s that nobody here was told of, once it is due', async (topic, insert) => {
    // Whose work it is does not matter here.
    for (const [table, name] of FOREIGN) await database.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}`);
    await database.query(insert, ['1 hour']);
    // One look tells everything that it sees, and this it sees in any case.
    const early = await nudged((seen) => seen.has('numbered'));
    expect(early.topics).not.toContain(topic);
    await database.query(insert, ['0 s']);
    expect((await nudged((seen) => seen.has(topic))).topics).toContain(topic);
    expect(failures).toEqual([]);
  });

  it('wakes the deliverer of webhooks when one is due, and with every number while there are any', async () => {
    expect((await nudged((seen) => seen.has('numbered'))).topics).not.toContain('webhook');
    await database.query(`INSERT INTO planner.webhook (id, project, name, url, kinds, secret, state, last, who)
      VALUES (gen_random_uuid(), 'default', 'w', 'http://x', '{}', '{}', 'active', 0, 'w')`);
    const nudges = new PlannerNudges();
    let woken = 0;
    nudges.on('webhook', () => woken++);
    const lookout = new Lookout(database, nudges, { saw: () => false }, (error) => failures.push(error));
    try {
      await waitUntil('it has looked', () => woken > 0);
      const before = woken;
      nudges.nudge('numbered');
      expect(woken).toBe(before + 1);
    } finally {
      await lookout.close();
    }
    const before = woken;
    nudges.nudge('numbered');
    expect(woken).toBe(before);
  });
});
