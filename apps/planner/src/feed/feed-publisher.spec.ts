import { type Bus, InProcessBroker, RabbitBus } from '@muster/messaging';
import { FEED_EXCHANGE } from '@muster/protocol';
import { type Database, migrate, openDatabase } from '@muster/storage';
import { createLogger } from '@muster/telemetry';
import { createTestDatabase, createTestVhost, waitUntil } from '@muster/testkit';
import { connect } from 'amqplib';
import type { DataSource } from 'typeorm';
import { migrations } from '../database/migrations';
import { connectDatabase } from '../database/open-database';
import { Lookout } from '../running/lookout';
import { PlannerNudges } from '../running/planner-nudges';
import { FeedPublisher } from './feed-publisher';
import { FeedTail } from './feed-tail';
import { FeedSequencer } from './feed-sequencer';
import { writeFeedEvents } from './write-feed-events';

const logger = createLogger({ name: 'feed', stream: { write: () => undefined } });
const INSTALLATION = '00000000-0000-4000-8000-00000000000f';

interface Told {
  readonly routingKey: string | null;
  readonly number: number;
  readonly cluster: string;
}

interface Place {
  readonly connect: () => Promise<Bus>;
  /** Everything that reaches a reader of `default.#`, in its order. */
  readonly told: Told[];
  readonly close: () => Promise<void>;
}

const read = (content: unknown, routingKey: string | null): Told => {
  const { body } = content as { body: { number: number; subject: { cluster: string } } };
  return { routingKey, number: body.number, cluster: body.subject.cluster };
};

async function inProcess(): Promise<Place> {
  const broker = new InProcessBroker({ log: logger });
  const told: Told[] = [];
  const reader = broker.connect();
  await reader.subscribe(FEED_EXCHANGE, ({ content }) => void told.push(read(content, null)), 'default.#');
  return { told, connect: async () => broker.connect(), close: () => reader.close() };
}

async function rabbit(): Promise<Place> {
  const vhost = await createTestVhost();
  const open = () => RabbitBus.open({ url: vhost.url, name: 'feed', log: logger });
  const first = await open();
  const connection = await connect(vhost.url);
  const channel = await connection.createChannel();
  await channel.assertQueue('plugin.reader', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('plugin.reader', FEED_EXCHANGE.name, 'default.#');
  const told: Told[] = [];
  await channel.consume('plugin.reader', (message) => {
    if (message === null) return;
    told.push(read(JSON.parse(message.content.toString()), message.fields.routingKey));
    channel.ack(message);
  });
  const close = async () => {
    await connection.close();
    await first.close();
    await vhost.drop();
  };
  return { told, connect: open, close };
}

describe.each([
  ['in process', inProcess],
  ['RabbitMQ', rabbit],
] as const)('the feed on the topic exchange: %s', (name, open) => {
  let database: DataSource;
  let opened: Database;
  let place: Place;
  const closes: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const test = await createTestDatabase();
    opened = await openDatabase({ config: { kind: 'postgres', url: test.url }, name: 'feed' });
    await migrate(opened, 'planner', migrations);
    database = await connectDatabase(opened);
    place = await open();
    closes.push(
      () => database.destroy(),
      () => opened.close(),
      () => test.drop(),
      () => place.close(),
    );
  });
  afterAll(async () => {
    for (const close of closes) await close();
  });

  it('is told once when the answer to how far it has come is lost, although it was written', async () => {
    const bus = await place.connect();
    const nudges = new PlannerNudges();
    const tail = new FeedTail(database);
    const failures: unknown[] = [];
    const lost: string[] = [];
    const losing = Object.create(database, {
      manager: {
        value: Object.create(database.manager, {
          query: {
            value: async (sql: string, values?: unknown[]) => {
              const answer: unknown = await database.manager.query(sql, values);
              if (!/feed_cursor SET last/.test(sql) || lost.length === 2) return answer;
              lost.push(sql);
              throw new Error('the answer is lost');
            },
          },
        }) as unknown,
      },
    }) as DataSource;
    const lookout = new Lookout(database, nudges, tail, (error) => failures.push(error));
    const sequencer = new FeedSequencer(database, nudges, tail, (error) => failures.push(error));
    const publisher = new FeedPublisher(losing, bus, tail, nudges, INSTALLATION, (error) => failures.push(error));
    const write = (cluster: string) =>
      writeFeedEvents(database.manager, 'default', [
        { type: 'cluster.deleted', at: null, subject: { cluster }, data: {} },
      ]);
    try {
      for (const name of ['one', 'two', 'three']) {
        await write(name);
        await waitUntil(`${name} is told`, () => place.told.some(({ cluster }) => cluster === name));
      }
      expect(place.told.map(({ cluster }) => cluster)).toEqual(['one', 'two', 'three']);
      expect(failures.map(String)).toEqual(['Error: the answer is lost', 'Error: the answer is lost']);
    } finally {
      await lookout.close();
      await sequencer.close();
      await publisher.close();
      await bus.close();
      place.told.length = 0;
    }
  });

  it('is told in order and without a gap, also when its planner goes and when its connection is cut', async () => {
    const failures: unknown[] = [];
    const start = async () => {
      const bus = await place.connect();
      const nudges = new PlannerNudges();
      const tail = new FeedTail(database);
      const lookout = new Lookout(database, nudges, tail, (error) => failures.push(error));
      const sequencer = new FeedSequencer(database, nudges, tail, (error) => failures.push(error));
      const publisher = new FeedPublisher(database, bus, tail, nudges, INSTALLATION, (error) => failures.push(error));
      return { bus, close: async () => [await lookout.close(), await sequencer.close(), await publisher.close()] };
    };
    const write = async (from: number, to: number) => {
      for (let index = from; index < to; index += 10)
        await writeFeedEvents(
          database.manager,
          index % 100 === 0 ? 'other.one' : 'default',
          Array.from({ length: 10 }, (_, place) => ({
            type: 'cluster.deleted' as const,
            at: null,
            subject: { cluster: `c${index + place}` },
            data: {},
          })),
        );
    };
    const [one, two] = [await start(), await start()];
    const writing = write(0, 3000);
    await waitUntil('some are told', () => place.told.length > 200);
    await one.close();
    await one.bus.close();
    await waitUntil('more are told', () => place.told.length > 1500);
    // Cut in the middle, as when its process is killed: the lease is still its own.
    await two.bus.close();
    await two.close();
    const three = await start();
    await writing;
    const numbers = () => [...new Set(place.told.map(({ number }) => number))];
    await waitUntil('all are told', () => numbers().length >= 2700);
    await three.close();
    await three.bus.close();
    // Whatever was told again, nobody saw a number before all that are smaller.
    const expected = Array.from({ length: 3000 }, (_, index) => index).filter((index) => index % 100 >= 10);
    let last = 0;
    const fresh = place.told.filter(({ number }) => number > last && ((last = number), true));
    expect(fresh.map(({ cluster }) => cluster)).toEqual(expected.map((index) => `c${index}`));
    if (name === 'RabbitMQ')
      expect(new Set(place.told.map(({ routingKey }) => routingKey))).toEqual(new Set(['default.cluster.deleted']));
    expect(failures).toEqual([]);
  });
});
