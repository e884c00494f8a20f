import { setMaxListeners } from 'node:events';
import { type Envelope, type ExchangeTopology, type QueueTopology, readReply, type Reply } from '@muster/protocol';
import type { Bus, ConsumeOptions, Delivery, Handler, MessageHeaders, RoutedMessage, Subscription } from './bus';
import { BusError, malformedReply } from './bus-error';
import { deliveriesMax } from './deliveries-max';
import { InFlight } from './in-flight';
import type { QueueConsumer, QueuedMessage } from './in-process-queue';
import { decodeMessage, encodeMessage } from './message';
import { readHeaders } from './message-headers';
import { describeError, settleDelivery } from './settle-delivery';
import type { SharedBroker } from './shared-broker';

/** The bus of one service on an in-process broker. */
export class InProcessBus implements Bus {
  readonly #subscriptions = new Set<Subscription>();
  readonly #pending = new Set<(error: BusError) => void>();
  #isClosed = false;

  constructor(
    private readonly broker: SharedBroker,
    private readonly headers: () => MessageHeaders,
  ) {}

  get isConnected(): boolean {
    return !this.#isClosed;
  }

  async send(queue: QueueTopology, message: Envelope): Promise<void> {
    this.#refuseIfClosed();
    this.#put(queue, { ...this.#wrap(message), expiresAt: null });
  }

  request(queue: QueueTopology, message: Envelope, timeoutMs: number): Promise<Reply<unknown>> {
    return new Promise((resolve, reject) => {
      this.#refuseIfClosed();
      const fail = (error: BusError): void => {
        settle();
        reject(error);
      };
      const settle = (): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      const timer = setTimeout(
        () => fail(new BusError('timeout', `no reply from ${queue.name} within ${timeoutMs} ms`)),
        timeoutMs,
      );
      this.#pending.add(fail);
      const respond = (content: unknown): void => {
        const reply = readReply(content);
        if (reply === null) return fail(malformedReply(queue.name));
        settle();
        resolve(reply);
      };
      const expiresAt = queue.kind === 'questions' ? performance.now() + timeoutMs : null;
      try {
        this.#put(queue, { ...this.#wrap(message), expiresAt, respond });
      } catch (error) {
        settle();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  async consume(topology: QueueTopology, handler: Handler, options: ConsumeOptions): Promise<Subscription> {
    this.#refuseIfClosed();
    const queue = this.broker.queue(topology.name);
    const closing = new AbortController();
    // Every delivery that waits listens to it.
    setMaxListeners(0, closing.signal);
    const inFlight = new InFlight();
    const consumer: QueueConsumer = {
      prefetch: options.prefetch,
      inHand: 0,
      receive: (message) => void inFlight.track(handle(message)),
    };
    const handle = async (message: QueuedMessage): Promise<void> => {
      const content = decodeMessage(message.bytes);
      const delivery: Delivery = {
        headers: message.headers ?? {},
        content: content.ok ? content.value : null,
        attempt: message.deliveries,
        source: topology.name,
        isRequest: message.respond !== undefined,
      };
      const settlement = await settleDelivery(
        handler,
        delivery,
        deliveriesMax(topology),
        this.broker.pace,
        closing.signal,
      );
      if (settlement.kind !== 'requeue' && settlement.reply)
        message.respond?.(JSON.parse(JSON.stringify(settlement.reply)));
      if (settlement.kind === 'requeue') queue.putBack(message);
      if (settlement.kind === 'park') this.broker.park(queue, message, settlement.reason);
      queue.settled(consumer);
    };
    queue.add(consumer);
    return this.#subscription(async () => {
      queue.remove(consumer);
      closing.abort();
      await inFlight.drained();
    });
  }

  async publish(exchange: ExchangeTopology, message: Envelope, routingKey = ''): Promise<void> {
    this.#refuseIfClosed();
    this.broker.publish(exchange, encodeMessage(message), routingKey);
  }

  async publishAll(exchange: ExchangeTopology, messages: readonly RoutedMessage[]): Promise<void> {
    this.#refuseIfClosed();
    for (const { message, routingKey } of messages) this.broker.publish(exchange, encodeMessage(message), routingKey);
  }

  async subscribe(
    exchange: ExchangeTopology,
    listener: (delivery: Delivery) => Promise<void> | void,
    pattern = '#',
  ): Promise<Subscription> {
    this.#refuseIfClosed();
    const inFlight = new InFlight();
    const receive = async (bytes: Buffer): Promise<void> => {
      // Later, as from a broker: never within the publisher's call.
      await new Promise((resolve) => setImmediate(resolve));
      const content = decodeMessage(bytes);
      if (!content.ok) return;
      try {
        await listener({ headers: {}, content: content.value, attempt: 1, source: exchange.name, isRequest: false });
      } catch (error) {
        this.broker.log.error({ exchange: exchange.name, reason: describeError(error) }, 'listener failed');
      }
    };
    const stop = this.broker.listen(exchange, { pattern, receive: (bytes) => void inFlight.track(receive(bytes)) });
    return this.#subscription(async () => {
      stop();
      await inFlight.drained();
    });
  }

  async countWaiting(queue: string): Promise<number> {
    return this.broker.queue(queue).waiting.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#subscriptions].map((each) => each.close()));
    for (const fail of this.#pending) fail(new BusError('closed', 'the bus was closed before the reply came'));
  }

  #wrap(message: Envelope): Pick<QueuedMessage, 'bytes' | 'headers' | 'deliveries'> {
    return { bytes: encodeMessage(message), headers: readHeaders(this.headers()), deliveries: 0 };
  }

  #put(queue: QueueTopology, message: QueuedMessage): void {
    if (!this.broker.queue(queue.name).put(message)) throw new BusError('refused', `${queue.name} is full`);
  }

  #subscription(close: () => Promise<void>): Subscription {
    let closed: Promise<void> | null = null;
    const subscription: Subscription = {
      close: () => {
        this.#subscriptions.delete(subscription);
        closed ??= close();
        return closed;
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) throw new BusError('closed', 'the bus is closed');
  }
}
