import { COMMANDS_QUEUE, EVENTS_QUEUE, NUDGE_EXCHANGE, OUTPUT_QUEUE, QUESTIONS_QUEUE } from '@muster/protocol';
import { freePort, type PrivateBroker, startRabbitmq, waitUntil } from '@muster/testkit';
import { connect } from 'amqplib';
import { DONE } from '../bus';
import { bodyOf, CONTRACT_PACE, done, failureOf, memoryLog, message } from '../bus-contract.testing';
import { deadLettersOf } from './dead-letters.testing';
import { RabbitBus, type RabbitBusOptions } from './rabbit-bus';

describe('the bus while RabbitMQ is in trouble', () => {
  let broker: PrivateBroker;
  const buses: RabbitBus[] = [];
  const open = async (options: Partial<RabbitBusOptions> = {}): Promise<RabbitBus> => {
    const bus = await RabbitBus.open({
      url: broker.url,
      name: 'test',
      log: memoryLog(),
      pace: CONTRACT_PACE,
      publishTimeoutMs: 5_000,
      heartbeatSeconds: 1,
      ...options,
    });
    buses.push(bus);
    return bus;
  };
  beforeAll(async () => {
    broker = await startRabbitmq();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await withChannel(async (channel) => {
      for (const { name } of [COMMANDS_QUEUE, EVENTS_QUEUE, OUTPUT_QUEUE, QUESTIONS_QUEUE])
        await channel.deleteQueue(name);
      for (const { deadLetters } of [COMMANDS_QUEUE, EVENTS_QUEUE]) await channel.deleteQueue(deadLetters);
    });
  });
  afterAll(() => broker.stop());

  const withChannel = async <T>(
    use: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>) => Promise<T>,
  ): Promise<T> => {
    const connection = await connect(broker.url);
    try {
      return await use(await connection.createConfirmChannel());
    } finally {
      await connection.close();
    }
  };

  it.each(['kill', 'restart'] as const)(
    'loses no confirmed message in a %s in the middle of the stream, and its consumers and listeners come back',
    async (fault) => {
      const [sender, receiver] = [await open(), await open()];
      const got = new Set<string>();
      const heard: string[] = [];
      await receiver.consume(EVENTS_QUEUE, async (delivery) => done(got.add(bodyOf(delivery))), { prefetch: 20 });
      await receiver.subscribe(NUDGE_EXCHANGE, (delivery) => void heard.push(bodyOf(delivery)));

      const confirmed = new Set<string>();
      const failures: string[] = [];
      let isOver = false;
      let number = 0;
      const stream = async (): Promise<void> => {
        while (!isOver) {
          number += 1;
          const text = `m${number}`;
          const failure = await failureOf(sender.send(EVENTS_QUEUE, message(text)));
          if (failure === null) confirmed.add(text);
          else failures.push(failure);
        }
      };
      const streams = Array.from({ length: 20 }, stream);
      try {
        await waitUntil('the stream flows', () => confirmed.size > 500);
        if (fault === 'kill') {
          await broker.kill();
          await broker.start();
        } else {
          await broker.restart();
        }
        const before = confirmed.size;
        await waitUntil('the stream flows again', () => confirmed.size > before + 500, { timeoutMs: 30_000 });
      } finally {
        isOver = true;
        await Promise.all(streams);
      }

      await waitUntil('everything confirmed arrived', () => [...confirmed].every((text) => got.has(text)), {
        timeoutMs: 20_000,
      });
      // Those that were under way when it happened were told so; nobody waited for ever.
      expect(failures.filter((failure) => failure !== 'disconnected' && failure !== 'timeout')).toEqual([]);
      await waitUntil('the listener is back', async () => {
        await sender.publish(NUDGE_EXCHANGE, message('look'));
        return heard.length > 0;
      });
    },
    90_000,
  );

  it('fails requests in flight when the connection is cut, and answers the next', async () => {
    const [asker, answerer] = [await open(), await open()];
    let finish: () => void = () => undefined;
    // Given back with the cut connection, the slow one comes a second time.
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const begun = new Promise<void>((resolve) => {
      void answerer.consume(
        QUESTIONS_QUEUE,
        async (delivery) => {
          resolve();
          if (bodyOf(delivery) === 'slow') await finished;
          return { verdict: DONE, reply: { ok: true, body: 'here' } };
        },
        { prefetch: 5 },
      );
    });
    const asked = failureOf(asker.request(QUESTIONS_QUEUE, message('slow'), 60_000));
    await begun;
    await broker.control.closeConnections('/');
    expect(await asked).toBe('disconnected');
    finish();
    await waitUntil(
      'the next is answered',
      async () => (await failureOf(asker.request(QUESTIONS_QUEUE, message('quick'), 1_000))) === null,
    );
  });

  it('consumes anew when the broker cancels the consumer', async () => {
    const bus = await open();
    const got: string[] = [];
    await bus.consume(COMMANDS_QUEUE, async (delivery) => done(got.push(bodyOf(delivery))), { prefetch: 5 });
    await withChannel((channel) => channel.deleteQueue(COMMANDS_QUEUE.name));
    await waitUntil('it consumes again', async () => {
      await failureOf(bus.send(COMMANDS_QUEUE, message('again')));
      return got.length > 0;
    });
  });

  it('makes a channel anew that the broker closed, and leaves the connection alone', async () => {
    const log = memoryLog();
    const bus = await open({ log });
    const connects = (): number => log.lines.filter((line) => line.text === 'connected to the broker').length;
    const before = connects();
    const failure = await failureOf(bus.publish({ kind: 'topic', name: 'planner.nowhere.v1' }, message('lost')));
    expect(failure).toBe('disconnected');
    await bus.send(COMMANDS_QUEUE, message('found'));
    expect(connects()).toBe(before);
    expect(log.lines.some((line) => line.text === 'the broker closed a channel')).toBe(true);
  });

  it('gives up a publish when the broker says nothing, and goes on when it speaks again', async () => {
    const bus = await open({ publishTimeoutMs: 1_500 });
    await broker.pause();
    try {
      const startedAt = performance.now();
      const failure = await failureOf(bus.send(COMMANDS_QUEUE, message('well?')));
      expect(['timeout', 'disconnected']).toContain(failure);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      await waitUntil('the silence is noticed', () => !bus.isConnected);
      // Output does not even wait then.
      const output = performance.now();
      expect(await failureOf(bus.send(OUTPUT_QUEUE, message('text')))).toBe('disconnected');
      expect(performance.now() - output).toBeLessThan(500);
    } finally {
      await broker.resume();
    }
    await waitUntil(
      'it speaks again',
      async () => (await failureOf(bus.send(COMMANDS_QUEUE, message('hello')))) === null,
    );
  }, 60_000);

  it('closes in bounded time while the broker says nothing', async () => {
    const bus = await open();
    await bus.consume(COMMANDS_QUEUE, async () => ({ verdict: DONE }), { prefetch: 1 });
    await broker.pause();
    try {
      const startedAt = performance.now();
      await bus.close();
      expect(performance.now() - startedAt).toBeLessThan(15_000);
    } finally {
      await broker.resume();
    }
  }, 60_000);

  it('says at the start that there is no broker, without its password', async () => {
    const url = `amqp://muster:hush@127.0.0.1:${await freePort()}`;
    const error = await open({ url, openTimeoutMs: 300 }).catch((each: unknown) => each);
    expect(error).toMatchObject({ failure: 'disconnected' });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('hush');
  });

  it('says at the start that a queue is there with other arguments', async () => {
    await withChannel((channel) => channel.assertQueue(COMMANDS_QUEUE.name, { durable: true }));
    const error = await open({ openTimeoutMs: 2_000 }).catch((each: unknown) => each);
    expect(String(error)).toContain('PRECONDITION_FAILED');
  });

  it('parks what is not JSON, whoever sent it', async () => {
    const bus = await open();
    let calls = 0;
    await bus.consume(COMMANDS_QUEUE, async () => done((calls += 1)), { prefetch: 1 });
    await withChannel(async (channel) => {
      channel.sendToQueue(COMMANDS_QUEUE.name, Buffer.from('{"half'));
      await channel.waitForConfirms();
    });
    await waitUntil('it is put away', async () => (await bus.countWaiting(COMMANDS_QUEUE.deadLetters)) === 1);
    expect(calls).toBe(0);
    expect((await deadLettersOf(broker.url, COMMANDS_QUEUE.name))[0]?.reason).toBe('the message is not JSON');
  });

  it('puts away what ends every consumer that gets it', async () => {
    const bus = await open();
    await bus.send(COMMANDS_QUEUE, message('deadly'));
    await withChannel(async (channel) => {
      // As a process that dies: takes it and gives no verdict.
      for (let delivery = 0; delivery <= COMMANDS_QUEUE.deliveriesMax; delivery += 1) {
        const got = await waitUntil('it is delivered again', () => channel.get(COMMANDS_QUEUE.name));
        channel.nack(got, false, true);
      }
    });
    await waitUntil('it is put away', async () => (await bus.countWaiting(COMMANDS_QUEUE.deadLetters)) === 1);
    expect((await deadLettersOf(broker.url, COMMANDS_QUEUE.name))[0]?.reason).toBe('delivery_limit');
  });
});
