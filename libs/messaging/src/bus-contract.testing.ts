import { randomUUID } from 'node:crypto';
import type { Envelope, ExchangeTopology, QueueTopology, Topology } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { type Bus, type Delivery, DONE, type Handled, type MessageHeaders, park, retryLater } from './bus';
import { BusError, type BusFailure } from './bus-error';
import type { RetryPace } from './settle-delivery';

const WORK = {
  kind: 'work',
  name: 'executor.work.v1',
  deadLetters: 'executor.work.v1.dead',
  deliveriesMax: 3,
  singleActive: false,
} as const;
const ORDERED = {
  kind: 'work',
  name: 'planner.ordered.v1',
  deadLetters: 'planner.ordered.v1.dead',
  deliveriesMax: 3,
  singleActive: true,
} as const;
const QUESTIONS = { kind: 'questions', name: 'executor.questions.v1' } as const;
const BOUNDED = { kind: 'bounded', name: 'planner.bounded.v1', bytesMax: 100_000 } as const;
const NUDGE = { kind: 'fanout', name: 'executor.nudge.v1' } as const satisfies ExchangeTopology;
const FEED = { kind: 'topic', name: 'planner.feed.v1' } as const satisfies ExchangeTopology;

export const CONTRACT_TOPOLOGY: Topology = { queues: [WORK, ORDERED, QUESTIONS, BOUNDED], exchanges: [NUDGE, FEED] };
export const CONTRACT_QUEUES = { WORK, ORDERED, QUESTIONS, BOUNDED, NUDGE, FEED };
export const CONTRACT_PACE: RetryPace = { delayMs: 5, delayMaxMs: 20, heldMaxMs: 200 };

/** A broker with `CONTRACT_TOPOLOGY` and `CONTRACT_PACE`, emptied for each test. */
export interface ContractBroker {
  connect(headers?: () => MessageHeaders): Promise<Bus>;
  /** Dead letters of a work queue, oldest first. */
  deadLetters(queue: string): Promise<{ content: unknown; reason: string }[]>;
  stop(): Promise<void>;
}

/** What every bus must do, whatever is below it. */
export function describeBusContract(name: string, start: () => Promise<ContractBroker>): void {
  describe(`bus on ${name}`, () => {
    let broker: ContractBroker;
    let buses: Bus[];
    const connect = async (headers?: () => MessageHeaders): Promise<Bus> => {
      const bus = await broker.connect(headers);
      buses.push(bus);
      return bus;
    };

    beforeEach(async () => {
      buses = [];
      broker = await start();
    });
    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await broker.stop();
    });

    it('shares the messages of a queue among its consumers, each to one', async () => {
      const [sender, one, other] = [await connect(), await connect(), await connect()];
      const got = { one: [] as string[], other: [] as string[] };
      await one.consume(WORK, async (delivery) => done(got.one.push(bodyOf(delivery))), { prefetch: 5 });
      await other.consume(WORK, async (delivery) => done(got.other.push(bodyOf(delivery))), { prefetch: 5 });
      const all = Array.from({ length: 50 }, (_, index) => `m${index}`);
      await Promise.all(all.map((text) => sender.send(WORK, message(text))));
      await waitUntil('all are there', () => got.one.length + got.other.length === 50);
      expect([...got.one, ...got.other].sort()).toEqual([...all].sort());
      expect(got.one.length).toBeGreaterThan(0);
      expect(got.other.length).toBeGreaterThan(0);
    });

    it('keeps what was sent before anybody consumes', async () => {
      const bus = await connect();
      await bus.send(WORK, message('early'));
      await waitUntil('it waits', async () => (await bus.countWaiting(WORK.name)) === 1);
      const got: string[] = [];
      await bus.consume(WORK, async (delivery) => done(got.push(bodyOf(delivery))), { prefetch: 1 });
      await waitUntil('it came', () => got.length === 1);
    });

    it('gives a consumer no more than it takes at once', async () => {
      const bus = await connect();
      const gates: (() => void)[] = [];
      await bus.consume(WORK, () => new Promise<Handled>((resolve) => gates.push(() => resolve({ verdict: DONE }))), {
        prefetch: 2,
      });
      for (let index = 0; index < 5; index += 1) await bus.send(WORK, message(`m${index}`));
      await waitUntil('two are in hand', () => gates.length === 2);
      await waitUntil('three wait', async () => (await bus.countWaiting(WORK.name)) === 3);
      gates[0]?.();
      await waitUntil('the next is in hand', () => gates.length === 3);
      expect(await bus.countWaiting(WORK.name)).toBe(2);
      gates.forEach((open) => open());
      await waitUntil('all are in hand', () => gates.length === 5);
      gates.forEach((open) => open());
    });

    it('offers again what is to be retried later, without losing or repeating others', async () => {
      const bus = await connect();
      const got: string[] = [];
      let refusals = 4;
      const handler = async (delivery: Delivery): Promise<Handled> => {
        if (bodyOf(delivery) === 'slow' && refusals > 0) {
          refusals -= 1;
          return { verdict: retryLater('the database is away') };
        }
        return done(got.push(bodyOf(delivery)));
      };
      await bus.consume(WORK, handler, { prefetch: 2 });
      await bus.send(WORK, message('slow'));
      await bus.send(WORK, message('quick'));
      await waitUntil('both are handled', () => got.length === 2);
      expect(got).toEqual(['quick', 'slow']);
      expect(await broker.deadLetters(WORK.name)).toEqual([]);
    });

    it('delivers again after an error, up to the limit, then keeps it as a dead letter with the reason, and goes on', async () => {
      const bus = await connect();
      const attempts: number[] = [];
      const got: string[] = [];
      const handler = async (delivery: Delivery): Promise<Handled> => {
        if (bodyOf(delivery) !== 'poison') return done(got.push(bodyOf(delivery)));
        attempts.push(delivery.attempt);
        throw new Error('cannot digest this');
      };
      await bus.consume(WORK, handler, { prefetch: 1 });
      await bus.send(WORK, message('poison'));
      await bus.send(WORK, message('good'));
      await waitUntil('the good one is handled', () => got.length === 1);
      await waitUntil('the poison is put away', async () => (await bus.countWaiting(WORK.deadLetters)) === 1);
      expect(attempts).toEqual([1, 2, 3]);
      const [letter] = await broker.deadLetters(WORK.name);
      expect(letter?.reason).toContain('cannot digest this');
      expect((letter?.content as Envelope).body).toBe('poison');
    });

    it('counts a delivery that a consumer held for too long, so that it does not stay for ever', async () => {
      const bus = await connect();
      await bus.consume(WORK, async () => ({ verdict: retryLater('never') }), { prefetch: 1 });
      await bus.send(WORK, message('stuck'));
      await waitUntil('it is given up', async () => (await bus.countWaiting(WORK.deadLetters)) === 1);
      const [letter] = await broker.deadLetters(WORK.name);
      expect(letter?.reason).toContain('never');
    });

    it('parks at the first word', async () => {
      const bus = await connect();
      let calls = 0;
      await bus.consume(
        WORK,
        async () => {
          calls += 1;
          return { verdict: park('unknown schema') };
        },
        { prefetch: 1 },
      );
      await bus.send(WORK, message('odd'));
      await waitUntil('it is put away', async () => (await bus.countWaiting(WORK.deadLetters)) === 1);
      expect(calls).toBe(1);
      expect((await broker.deadLetters(WORK.name))[0]?.reason).toBe('unknown schema');
    });

    it('waits at close for what has begun and gives back the rest', async () => {
      const [bus, other] = [await connect(), await connect()];
      let finish: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => {
        void bus.consume(
          WORK,
          (delivery) =>
            new Promise<Handled>((settle) => {
              finish = () => settle({ verdict: DONE });
              if (bodyOf(delivery) === 'first') resolve();
            }),
          { prefetch: 1 },
        );
      });
      await other.send(WORK, message('first'));
      await other.send(WORK, message('second'));
      await begun;
      const closing = bus.close();
      let closed = false;
      void closing.then(() => (closed = true));
      const got: string[] = [];
      await other.consume(WORK, async (delivery) => done(got.push(bodyOf(delivery))), { prefetch: 1 });
      await waitUntil('the other got the second', () => got.length === 1);
      expect(closed).toBe(false);
      finish();
      await closing;
      expect(got).toEqual(['second']);
      expect(await other.countWaiting(WORK.name)).toBe(0);
    });

    it('gives a message back when its consumer goes before it could be handled', async () => {
      const [bus, other] = [await connect(), await connect()];
      const refused = new Promise<void>((resolve) => {
        void bus.consume(
          WORK,
          async () => {
            resolve();
            return { verdict: retryLater('not now') };
          },
          { prefetch: 1 },
        );
      });
      await other.send(WORK, message('wanderer'));
      await refused;
      await bus.close();
      const attempts: number[] = [];
      await other.consume(WORK, async (delivery) => done(attempts.push(delivery.attempt)), { prefetch: 1 });
      await waitUntil('the other got it', () => attempts.length === 1);
      expect(attempts[0]).toBeGreaterThan(1);
    });

    it('gives an ordered queue to one consumer at a time, and to the next when it goes', async () => {
      const [sender, first, second] = [await connect(), await connect(), await connect()];
      const got: string[] = [];
      await first.consume(ORDERED, async (delivery) => done(got.push(`first ${bodyOf(delivery)}`)), { prefetch: 1 });
      await second.consume(ORDERED, async (delivery) => done(got.push(`second ${bodyOf(delivery)}`)), { prefetch: 1 });
      for (const text of ['1', '2', '3']) await sender.send(ORDERED, message(text));
      await waitUntil('three came', () => got.length === 3);
      await first.close();
      for (const text of ['4', '5']) await sender.send(ORDERED, message(text));
      await waitUntil('five came', () => got.length === 5);
      expect(got).toEqual(['first 1', 'first 2', 'first 3', 'second 4', 'second 5']);
    });

    it('refuses to send to a queue that is not there', async () => {
      const bus = await connect();
      const nowhere: QueueTopology = { kind: 'questions', name: 'executor.nowhere.v1' };
      expect(await failureOf(bus.send(nowhere, message('lost')))).toBe('unroutable');
      expect(await failureOf(bus.request(nowhere, message('lost'), 5_000))).toBe('unroutable');
    });

    it('refuses what makes a bounded queue too large, and takes more once there is room', async () => {
      const bus = await connect();
      const chunk = 'x'.repeat(10_000);
      let failure: BusFailure | null = null;
      for (let index = 0; index < 30 && failure === null; index += 1)
        failure = await failureOf(bus.send(BOUNDED, message(chunk)));
      expect(failure).toBe('refused');
      let got = 0;
      await bus.consume(BOUNDED, async () => done((got += 1)), { prefetch: 10 });
      await waitUntil('it is empty', async () => got > 5 && (await bus.countWaiting(BOUNDED.name)) === 0);
      expect(await failureOf(bus.send(BOUNDED, message(chunk)))).toBeNull();
    });

    it('refuses a message that is too large', async () => {
      const bus = await connect();
      expect(await failureOf(bus.send(WORK, message('x'.repeat(2_000_000))))).toBe('too-large');
    });

    it('tells everybody who listens, and nobody is no failure', async () => {
      const [bus, one, other] = [await connect(), await connect(), await connect()];
      await bus.publish(NUDGE, message('nobody'));
      const got: string[] = [];
      await one.subscribe(NUDGE, (delivery) => void got.push(`one ${bodyOf(delivery)}`));
      const heard = await other.subscribe(NUDGE, (delivery) => void got.push(`other ${bodyOf(delivery)}`));
      await bus.publish(NUDGE, message('all'));
      await waitUntil('both heard', () => got.length === 2);
      await heard.close();
      await bus.publish(NUDGE, message('rest'));
      await waitUntil('one heard', () => got.length === 3);
      expect(got.sort()).toEqual(['one all', 'one rest', 'other all']);
    });

    it('survives a listener that throws', async () => {
      const bus = await connect();
      const got: string[] = [];
      await bus.subscribe(NUDGE, (delivery) => {
        got.push(bodyOf(delivery));
        throw new Error('listener is broken');
      });
      await bus.publish(NUDGE, message('1'));
      await bus.publish(NUDGE, message('2'));
      await waitUntil('both came', () => got.length === 2);
    });

    it('routes a topic by its pattern', async () => {
      const bus = await connect();
      const got: string[] = [];
      await bus.subscribe(FEED, (delivery) => void got.push(`tasks ${bodyOf(delivery)}`), 'task.*');
      await bus.subscribe(FEED, (delivery) => void got.push(`all ${bodyOf(delivery)}`));
      await bus.publish(FEED, message('a'), 'task.failed');
      await bus.publish(FEED, message('b'), 'transaction.ended');
      await bus.publish(FEED, message('c'), 'task.failed.twice');
      await waitUntil('all heard', () => got.length === 4);
      expect(got.sort()).toEqual(['all a', 'all b', 'all c', 'tasks a']);
    });

    it('tells many in their order, to each by its pattern', async () => {
      const bus = await connect();
      const [tasks, all]: [string[], string[]] = [[], []];
      await bus.subscribe(FEED, (delivery) => void tasks.push(bodyOf(delivery)), 'task.*');
      await bus.subscribe(FEED, (delivery) => void all.push(bodyOf(delivery)));
      const told = Array.from({ length: 500 }, (_, index) => String(index));
      const routed = told.map((text, index) => ({
        message: message(text),
        routingKey: index % 5 === 0 ? 'task.failed' : 'transaction.ended',
      }));
      await bus.publishAll(FEED, routed.slice(0, 250));
      await bus.publishAll(FEED, routed.slice(250));
      await waitUntil('all were told', () => all.length === 500 && tasks.length === 100);
      expect(all).toEqual(told);
      expect(tasks).toEqual(told.filter((_, index) => index % 5 === 0));
      expect(
        await failureOf(bus.publishAll(FEED, [{ message: message('x'.repeat(2_000_000)), routingKey: 'a' }])),
      ).toBe('too-large');
    });

    it.each([WORK, QUESTIONS])('answers a request on $kind', async (queue) => {
      const [asker, answerer] = [await connect(), await connect()];
      await answerer.consume(
        queue,
        async (delivery) => ({
          verdict: DONE,
          reply: { ok: true, body: { heard: bodyOf(delivery), isRequest: delivery.isRequest } },
        }),
        { prefetch: 10 },
      );
      const texts = Array.from({ length: 20 }, (_, index) => `q${index}`);
      const replies = await Promise.all(texts.map((text) => asker.request(queue, message(text), 5_000)));
      expect(replies).toEqual(texts.map((text) => ({ ok: true, body: { heard: text, isRequest: true } })));
    });

    it('carries what a sender says beside the message, as long as it is known and short', async () => {
      const told: MessageHeaders[] = [];
      let headers: MessageHeaders = { traceparent: 'x'.repeat(257), 'x-request-id': 'r1', 'x-death': 'forged' };
      const [sender, receiver] = [await connect(() => headers), await connect()];
      const take = async (delivery: Delivery): Promise<Handled> => {
        told.push(delivery.headers);
        return { verdict: DONE, reply: { ok: true, body: null } };
      };
      await receiver.consume(WORK, take, { prefetch: 1 });
      await sender.send(WORK, message('one'));
      headers = { traceparent: '00-1-2-01' };
      await sender.request(WORK, message('two'), 5_000);
      headers = {};
      await sender.send(WORK, message('three'));
      await waitUntil('all came', () => told.length === 3);
      expect(told).toEqual([{ 'x-request-id': 'r1' }, { traceparent: '00-1-2-01' }, {}]);
    });

    it('fails a request that gets no reply in time, and drops a question that nobody waits for any more', async () => {
      const bus = await connect();
      expect(await failureOf(bus.request(QUESTIONS, message('anybody?'), 100))).toBe('timeout');
      const got: string[] = [];
      await bus.consume(QUESTIONS, async (delivery) => done(got.push(bodyOf(delivery))), { prefetch: 1 });
      await bus.send(QUESTIONS, message('fresh'));
      await waitUntil('the fresh one came', () => got.length > 0);
      expect(got).toEqual(['fresh']);
    });

    it('fails a request whose reply is never given', async () => {
      const bus = await connect();
      await bus.consume(WORK, async () => ({ verdict: DONE }), { prefetch: 1 });
      expect(await failureOf(bus.request(WORK, message('well?'), 200))).toBe('timeout');
    });

    it('fails requests in flight when it is closed, and refuses new work', async () => {
      const bus = await connect();
      const asked = failureOf(bus.request(WORK, message('well?'), 60_000));
      await waitUntil('it was sent', async () => (await bus.countWaiting(WORK.name)) === 1);
      await bus.close();
      expect(await asked).toBe('closed');
      expect(await failureOf(bus.send(WORK, message('late')))).toBe('closed');
      expect(bus.isConnected).toBe(false);
    });

    it('shares no objects between sender and receiver', async () => {
      const bus = await connect();
      const body = { list: [1] };
      const got: unknown[] = [];
      await bus.consume(WORK, async (delivery) => done(got.push((delivery.content as Envelope).body)), { prefetch: 1 });
      await bus.send(WORK, { ...message(''), body });
      body.list.push(2);
      await waitUntil('it came', () => got.length === 1);
      expect(got[0]).toEqual({ list: [1] });
    });
  });
}

export function message(body: unknown): Envelope {
  return { id: randomUUID(), schema: 'executor.test', version: 1, sentAt: '2026-01-01T00:00:00.000Z', body };
}

export function bodyOf(delivery: Delivery): string {
  return String((delivery.content as Envelope).body);
}

export function done(_effect: unknown): Handled {
  return { verdict: DONE };
}

/** How a promise failed; null if it did not. */
export async function failureOf(promise: Promise<unknown>): Promise<BusFailure | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (error instanceof BusError) return error.failure;
    throw error;
  }
}

/** A log that keeps what it was told. */
export function memoryLog() {
  const lines: { level: string; fields: object; text: string }[] = [];
  const at = (level: string) => (fields: object, text: string) => void lines.push({ level, fields, text });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
