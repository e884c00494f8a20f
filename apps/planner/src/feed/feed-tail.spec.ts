import { type Database, migrate, openDatabase } from '@muster/storage';
import { createTestDatabase, type TestDatabase } from '@muster/testkit';
import type { DataSource } from 'typeorm';
import { migrations } from '../database/migrations';
import { connectDatabase } from '../database/open-database';
import type { FeedEvent } from './feed-event';
import { FeedTail } from './feed-tail';
import { numberFeedEvents } from './number-feed-events';
import { type FeedFilter, readFeed } from './read-feed';
import { writeFeedEvents } from './write-feed-events';

const T = '00000000-0000-4000-8000-000000000001';
const ALL: FeedFilter = { project: 'default', transaction: null, cluster: null, kinds: null };

describe('the newest events in memory', () => {
  let place: TestDatabase;
  let opened: Database;
  let database: DataSource;
  let last = 0;
  beforeAll(async () => {
    place = await createTestDatabase();
    opened = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'tail' });
    await migrate(opened, 'planner', migrations);
    database = await connectDatabase(opened);
    await add(1200);
  });
  afterAll(async () => {
    await database.destroy();
    await opened.close();
    await place.drop();
  });

  const add = async (count: number) => {
    const kinds = ['task.running', 'task.succeeded', 'transaction.running', 'cluster.revised'] as const;
    for (const project of ['default', 'other'])
      await writeFeedEvents(
        database.manager,
        project,
        Array.from({ length: count / 2 }, (_, index) => ({
          type: kinds[index % 4] ?? 'task.running',
          at: index % 3 === 0 ? null : 1_700_000_000_000 + index,
          subject: { cluster: `c${index % 2}`, ...(index % 5 === 0 ? { transaction: T } : {}) },
          data: { text: `"é\n\u2028 ${index}`, none: null, deep: { list: [1, 1.5e-7, true] } },
        })),
      );
    ({ last } = await numberFeedEvents(database));
  };
  /** Everything that a reader is streamed from a number on. */
  const follow = async (tail: FeedTail, from: number, filter: FeedFilter) => {
    let text = '';
    for (let after = from; ;) {
      const found = await tail.next(after);
      if (found === 'none') break;
      if (found === 'far') return 'far';
      text += found.stream(after, filter).toString();
      after = found.upTo;
    }
    return text
      .split('\n\n')
      .filter((each) => each !== '')
      .map((each) => {
        const [id, data] = each.split('\ndata: ');
        const event = JSON.parse(data ?? '') as FeedEvent;
        expect(id).toBe(`id: ${event.number}`);
        return event;
      });
  };
  const read = async (after: number, filter: FeedFilter) =>
    (await readFeed(database.manager, { ...filter, after, limit: 10_000 })).events;

  it.each<[string, Partial<FeedFilter>]>([
    ['everything of a project', {}],
    ['another project', { project: 'other' }],
    ['a project without any', { project: 'none' }],
    ['a transaction', { transaction: T }],
    ['a cluster', { cluster: 'c1' }],
    ['kinds', { kinds: ['task.*', 'cluster.revised'] }],
    ['all of it', { transaction: T, cluster: 'c0', kinds: ['task.running', 'transaction.*'] }],
  ])('tell %s as the database does, from wherever a reader is', async (_, filter) => {
    const tail = new FeedTail(database);
    for (const from of [0, 1, 499, 500, 777, 1199])
      expect(await follow(tail, from, { ...ALL, ...filter })).toEqual(await read(from, { ...ALL, ...filter }));
  });

  it('are read once for all readers, and what is new as well', async () => {
    let reads = 0;
    const counted = {
      manager: {
        query: (...args: [string]) => {
          if (args[0].includes('subject::text')) reads += 1;
          return database.manager.query(...args);
        },
      },
    } as unknown as DataSource;
    const tail = new FeedTail(counted);
    const readers = Array.from({ length: 20 }, () => follow(tail, 0, ALL));
    const told = await Promise.all(readers);
    expect(new Set(told.map((each) => each.length))).toEqual(new Set([600]));
    expect(reads).toBe(3);
    const before = last;
    await add(100);
    expect(await follow(tail, before, ALL)).toEqual([]);
    tail.saw(last);
    expect(await follow(tail, before, ALL)).toEqual(await read(before, ALL));
    expect(reads).toBe(4);
  });

  it('are not those of long ago, and go on after a time in which nobody read', async () => {
    const tail = new FeedTail(database);
    const before = last;
    expect(await follow(tail, before - 10, { ...ALL, project: 'other' })).toHaveLength(10);
    for (let index = 0; index < 5; index++) await add(4000);
    tail.saw(last);
    expect(await follow(tail, before, ALL)).toBe('far');
    expect(await follow(tail, last - 100, ALL)).toEqual(await read(last - 100, ALL));
    expect(await follow(tail, last - 5000, ALL)).toBe('far');
  });
});
