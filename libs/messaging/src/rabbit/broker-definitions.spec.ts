import { randomBytes } from 'node:crypto';
import {
  COMMANDS_QUEUE,
  EVENTS_QUEUE,
  FEED_EXCHANGE,
  NUDGE_EXCHANGE,
  OUTPUT_QUEUE,
  PUBLICATIONS_QUEUE,
  QUESTIONS_QUEUE,
  REPLIES_EXCHANGE,
  TOPOLOGY,
} from '@muster/protocol';
import { createTestVhost, type TestVhost, waitUntil } from '@muster/testkit';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { memoryLog } from '../bus-contract.testing';
import { DONE, type Handler } from '../bus';
import { makeEnvelope } from '../message';
import { BROKER_PARTS, type BrokerPart, brokerDefinitions, SENDERS } from './broker-definitions';
import { RabbitBus } from './rabbit-bus';

const REFUSED = expect.stringMatching(/ACCESS_REFUSED|403/) as string;
const kind = { schema: 'a.test', version: 1 } as Parameters<typeof makeEnvelope>[0];

// rabbitmqctl starts a virtual machine each time.
jest.setTimeout(120_000);

describe('users of the broker with narrow rights', () => {
  let vhost: TestVhost;
  const names = new Map<BrokerPart, string>();
  beforeAll(async () => {
    vhost = await createTestVhost();
    const users = BROKER_PARTS.map((part) => {
      const name = `${part}-${randomBytes(6).toString('hex')}`;
      names.set(part, name);
      return { name, part, password: `secret of ${part}` };
    });
    await vhost.importDefinitions(brokerDefinitions(vhost.name, users));
  });
  afterAll(async () => {
    for (const name of names.values()) await vhost.deleteUser(name);
    await vhost.drop();
  });

  const urlOf = (part: BrokerPart): string => {
    const url = new URL(vhost.url);
    url.username = names.get(part) ?? '';
    url.password = encodeURIComponent(`secret of ${part}`);
    return url.href;
  };
  const openBus = (part: 'planner' | 'executor') =>
    RabbitBus.open({
      ...{ url: urlOf(part), name: part, log: memoryLog(), setUp: 'check', topology: TOPOLOGY },
      ...(part === 'planner' ? { replies: REPLIES_EXCHANGE } : {}),
    });

  it('are enough for planner and executor to do their work', async () => {
    const [planner, executor] = [await openBus('planner'), await openBus('executor')];
    try {
      const got: string[] = [];
      const hear =
        (what: string): Handler =>
        async () => {
          got.push(what);
          return { verdict: DONE, reply: { ok: true, body: what } };
        };
      await executor.consume(COMMANDS_QUEUE, hear('command'), { prefetch: 1 });
      await executor.consume(QUESTIONS_QUEUE, hear('question'), { prefetch: 1 });
      await executor.subscribe(NUDGE_EXCHANGE, () => void got.push('nudge'));
      await planner.consume(EVENTS_QUEUE, hear('event'), { prefetch: 1 });
      await planner.consume(OUTPUT_QUEUE, hear('output'), { prefetch: 1 });
      await planner.consume(PUBLICATIONS_QUEUE, hear('publication'), { prefetch: 1 });
      const message = () => makeEnvelope(kind, {});
      expect(await planner.request(COMMANDS_QUEUE, message(), 10_000)).toEqual({ ok: true, body: 'command' });
      expect(await planner.request(QUESTIONS_QUEUE, message(), 10_000)).toEqual({ ok: true, body: 'question' });
      await executor.send(EVENTS_QUEUE, message());
      await executor.send(OUTPUT_QUEUE, message());
      await executor.publish(NUDGE_EXCHANGE, message());
      await planner.publish(FEED_EXCHANGE, message(), 'default.x');
      await waitUntil('all is heard', () => got.length === 5);
      expect(got.sort()).toEqual(['command', 'event', 'nudge', 'output', 'question']);
    } finally {
      await Promise.all([planner.close(), executor.close()]);
    }
  });

  /** What the broker says to something that a part tries on a channel of its own. */
  const attempt = async (part: BrokerPart, what: (channel: Channel) => Promise<unknown>): Promise<string> => {
    const connection: ChannelModel = await connect(urlOf(part));
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      const refused = new Promise<string>((resolve) => channel.on('error', (error: Error) => resolve(error.message)));
      const done = what(channel).then(
        () => channel.waitForConfirms().then(() => 'allowed'),
        (error: Error) => error.message,
      );
      return await Promise.race([refused, done.catch((error: Error) => error.message)]);
    } finally {
      await connection.close().catch(() => undefined);
    }
  };
  const publish = (exchange: string, key: string) => async (channel: Channel) =>
    void channel.publish(exchange, key, Buffer.from('{}'));
  const consume = (queue: string) => (channel: Channel) => channel.consume(queue, () => undefined);

  it.each<[string, BrokerPart, (channel: Channel) => Promise<unknown>]>([
    ['an executor as the planner, by its exchange', 'executor', publish(COMMANDS_QUEUE.name, '')],
    ['an executor as the planner, by the default exchange', 'executor', publish('', COMMANDS_QUEUE.name)],
    ['an executor controls of transactions', 'executor', publish('planner.controls.v1', '')],
    ['an executor the feed', 'executor', publish(FEED_EXCHANGE.name, 'default.x')],
    ['an executor releases', 'executor', publish(PUBLICATIONS_QUEUE.name, '')],
    ['a plugin commands', 'plugin', publish(COMMANDS_QUEUE.name, '')],
    ['a plugin states', 'plugin', publish(EVENTS_QUEUE.name, '')],
    ['a plugin anything by the default exchange', 'plugin', publish('', EVENTS_QUEUE.name)],
    ['a program states', 'program', publish(EVENTS_QUEUE.name, '')],
    ['a reader of the feed events', 'reader', publish(FEED_EXCHANGE.name, 'default.x')],
  ])('do not let send %s', async (_, part, what) => {
    expect(await attempt(part, what)).toMatch(/ACCESS_REFUSED|403/);
  });

  it.each<[string, BrokerPart, (channel: Channel) => Promise<unknown>]>([
    ['a plugin states', 'plugin', consume(EVENTS_QUEUE.name)],
    ['a plugin commands', 'plugin', consume(COMMANDS_QUEUE.name)],
    ['a plugin what others publish', 'plugin', consume(PUBLICATIONS_QUEUE.name)],
    ['an executor states of others', 'executor', consume(EVENTS_QUEUE.name)],
    ['a planner commands', 'planner', consume(COMMANDS_QUEUE.name)],
    ['a program states', 'program', consume(EVENTS_QUEUE.name)],
    ['a plugin by a queue of its own', 'plugin', (channel) => channel.assertQueue('plugin.mine')],
    ['an executor by a queue of its own', 'executor', (channel) => channel.assertQueue('planner.events.v2')],
    ['an executor by removing it', 'executor', (channel) => channel.deleteQueue(COMMANDS_QUEUE.name)],
  ])('do not let read %s', async (_, part, what) => {
    expect(await attempt(part, what)).toMatch(/ACCESS_REFUSED|403/);
  });

  it.each(TOPOLOGY.queues)('let send to $name whoever is to, and read it whoever its prefix says', async (queue) => {
    const sender = SENDERS.get(queue.name);
    if (sender === undefined) throw new Error('nobody may send to it: SENDERS is to say who does');
    const reader: BrokerPart = queue.name.startsWith('executor.') ? 'executor' : 'planner';
    expect(await attempt(sender, publish(queue.name, ''))).toBe('allowed');
    expect(await attempt(reader, consume(queue.name))).toBe('allowed');
    if (queue.kind === 'work') {
      expect(await attempt(reader, publish(queue.deadLetters, ''))).toBe('allowed');
      expect(await attempt(reader, consume(queue.deadLetters))).toBe('allowed');
    }
    for (const part of BROKER_PARTS) {
      if (part !== sender) expect([part, await attempt(part, publish(queue.name, ''))]).toEqual([part, REFUSED]);
      if (part !== reader) expect([part, await attempt(part, consume(queue.name))]).toEqual([part, REFUSED]);
    }
  });

  it.each(TOPOLOGY.exchanges)('let send to $name and hear it whoever is to, alone', async ({ name }) => {
    const senders = name.startsWith('executor.') ? ['executor'] : ['planner'];
    const hearers = name.startsWith('executor.') ? ['executor'] : ['planner', 'reader'];
    for (const part of BROKER_PARTS) {
      const sent = await attempt(part, publish(name, 'default.x'));
      expect([part, sent]).toEqual([part, senders.includes(part) ? 'allowed' : REFUSED]);
      const heard = await attempt(part, async (channel) => {
        const { queue } = await channel.assertQueue(`${name}.test-${part}`, { exclusive: true });
        await channel.bindQueue(queue, name, '#');
      });
      // A planner hears the feed from its own tables.
      if (part !== 'planner') expect([part, heard]).toEqual([part, hearers.includes(part) ? 'allowed' : REFUSED]);
    }
  });

  it('let a plugin publish itself, and be answered', async () => {
    const planner = await openBus('planner');
    const connection = await connect(urlOf('plugin'));
    try {
      const handler: Handler = async () => ({ verdict: DONE, reply: { ok: true, body: 'published' } });
      await planner.consume(PUBLICATIONS_QUEUE, handler, { prefetch: 1 });
      const channel = await connection.createChannel();
      const answers: string[] = [];
      const hear = { noAck: true };
      await channel.consume('amq.rabbitmq.reply-to', (it) => void answers.push(it?.content.toString() ?? ''), hear);
      const content = Buffer.from(JSON.stringify(makeEnvelope(kind, {})));
      channel.publish(PUBLICATIONS_QUEUE.name, '', content, { replyTo: 'amq.rabbitmq.reply-to', correlationId: '1' });
      await waitUntil('it is answered', () => answers.length > 0);
      expect(answers[0]).toContain('published');
    } finally {
      await connection.close();
      await planner.close();
    }
  });

  it('would be told of, were a queue missing', async () => {
    const bare = await createTestVhost();
    const opened = RabbitBus.open({
      ...{ url: bare.url, name: 'executor', log: memoryLog(), setUp: 'check', topology: TOPOLOGY },
      openTimeoutMs: 1000,
    });
    await expect(opened).rejects.toThrow();
    await bare.drop();
  });
});
