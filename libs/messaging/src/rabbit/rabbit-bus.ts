import {
  type Envelope,
  type ExchangeTopology,
  type QueueTopology,
  REPLIES_EXCHANGE,
  type Reply,
  type Topology,
  TOPOLOGY,
} from '@muster/protocol';
import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import type {
  Bus,
  BusLog,
  ConsumeOptions,
  Delivery,
  Handler,
  MessageHeaders,
  RoutedMessage,
  Subscription,
} from '../bus';
import { BusError } from '../bus-error';
import { encodeMessage } from '../message';
import { readHeaders } from '../message-headers';
import { describeError, RETRY_PACE, type RetryPace } from '../settle-delivery';
import { assertTopology, checkTopology } from './assert-topology';
import { RabbitConsumer } from './rabbit-consumer';
import { type BrokerTls, RabbitLink } from './rabbit-link';
import { RabbitListener } from './rabbit-listener';
import { RabbitPublisher } from './rabbit-publisher';
import { RabbitRequests } from './rabbit-requests';
import { SupervisedChannel } from './supervised-channel';
import { within } from './within';

export interface RabbitBusOptions {
  readonly url: string;
  /** Of the service; names its connections. */
  readonly name: string;
  readonly log: BusLog;
  /** Asked with each message for a queue; absent: none. */
  readonly headers?: () => MessageHeaders;
  readonly topology?: Topology;
  /** `check`: the user may make nothing, and everything is there already. Default `make`. */
  readonly setUp?: 'make' | 'check';
  /** The exchange by which replies reach us; absent: the broker's own road, for which repliers need the default exchange. */
  readonly replies?: string;
  readonly tls?: BrokerTls;
  readonly pace?: RetryPace;
  /** How long a publish waits for connection and confirmation. Default 10 s. */
  readonly publishTimeoutMs?: number;
  /** Tells errors of connecting that waiting does not mend; `open` fails with one at once, as the cause of its `BusError`. */
  readonly isFinal?: (error: Error) => boolean;
  /** How long `open` waits for the broker. Default 30 s. */
  readonly openTimeoutMs?: number;
  /** Default 5. */
  readonly heartbeatSeconds?: number;
}

/**
 * The bus on RabbitMQ. Two connections: a broker that is short of memory stops those that publish, and consuming, which
 * relieves it, must go on.
 */
export class RabbitBus implements Bus {
  readonly #publisher: RabbitPublisher;
  readonly #requests: RabbitRequests;
  readonly #channel: SupervisedChannel;
  readonly #subscriptions = new Set<Subscription>();
  #closed: Promise<void> | null = null;

  private constructor(
    private readonly options: RabbitBusOptions,
    private readonly publishing: RabbitLink,
    private readonly consuming: RabbitLink,
  ) {
    this.#requests = new RabbitRequests(options.replies ?? null);
    this.#publisher = new RabbitPublisher(() => this.#channel, options.publishTimeoutMs ?? 10_000);
    this.#channel = new SupervisedChannel({
      link: publishing,
      log: options.log,
      purpose: 'publish',
      setup: (channel) => this.#setUp(channel),
      onLost: () =>
        this.#requests.failAll(new BusError('disconnected', 'the connection was lost before the reply came')),
    });
  }

  /** Connects and sees to the topology; fails with `BusError` when the broker does not let us. */
  static async open(options: RabbitBusOptions): Promise<RabbitBus> {
    const { url, name, log, tls, heartbeatSeconds = 5, openTimeoutMs = 30_000 } = options;
    const publishing = await RabbitLink.open({ url, name: `${name} publish`, log, tls, heartbeatSeconds });
    const consuming = await RabbitLink.open({ url, name: `${name} consume`, log, tls, heartbeatSeconds });
    const bus = new RabbitBus(options, publishing, consuming);
    try {
      await Promise.race([bus.#channel.ready(openTimeoutMs), refusal(publishing, options)]);
    } catch (error) {
      await bus.close();
      throw error;
    }
    return bus;
  }

  get isConnected(): boolean {
    return this.#channel.current !== null && this.consuming.isConnected;
  }

  async send(queue: QueueTopology, message: Envelope): Promise<void> {
    // Output is dropped under pressure, so it does not wait for a broker that is away.
    if (queue.kind === 'bounded' && !this.#channel.current)
      throw new BusError('disconnected', 'no connection to the broker');
    const persistent = queue.kind === 'work';
    await this.#publisher.publish(this.#exchangeOf(queue), '', encodeMessage(message), {
      mandatory: true,
      persistent,
      messageId: message.id,
      headers: this.#headers(),
    });
  }

  request(queue: QueueTopology, message: Envelope, timeoutMs: number): Promise<Reply<unknown>> {
    const headers = this.#headers();
    const publish = async (correlationId: string): Promise<void> =>
      this.#publisher.publish(this.#exchangeOf(queue), '', encodeMessage(message), {
        mandatory: true,
        persistent: queue.kind === 'work',
        messageId: message.id,
        headers,
        replyTo: this.#requests.replyTo,
        correlationId,
        ...(queue.kind === 'questions' ? { expiration: String(Math.ceil(timeoutMs)) } : {}),
      });
    return this.#requests.request(publish, queue.name, timeoutMs);
  }

  async consume(queue: QueueTopology, handler: Handler, { prefetch }: ConsumeOptions): Promise<Subscription> {
    const consumer = new RabbitConsumer({
      link: this.consuming,
      log: this.options.log,
      see: this.#see,
      pace: this.options.pace ?? RETRY_PACE,
      queue,
      handler,
      prefetch,
      bury: (dead, letter, reason) => this.#bury(dead, letter, reason),
      reply: (asked, reply) => this.#reply(asked, reply),
    });
    return this.#keep(consumer);
  }

  async publish(exchange: ExchangeTopology, message: Envelope, routingKey = ''): Promise<void> {
    await this.#publisher.publish(exchange.name, routingKey, encodeMessage(message), {
      mandatory: false,
      messageId: message.id,
    });
  }

  async publishAll(exchange: ExchangeTopology, messages: readonly RoutedMessage[]): Promise<void> {
    // All of them before any is sent: one that is too large would stop the others half way.
    const encoded = messages.map(({ message, routingKey }) => ({
      routingKey,
      bytes: encodeMessage(message),
      options: { mandatory: false, persistent: true, messageId: message.id },
    }));
    await this.#publisher.publishAll(exchange.name, encoded);
  }

  async subscribe(
    exchange: ExchangeTopology,
    listener: (delivery: Delivery) => Promise<void> | void,
    pattern = '#',
  ): Promise<Subscription> {
    const { log } = this.options;
    return this.#keep(new RabbitListener({ link: this.consuming, log, see: this.#see, exchange, pattern, listener }));
  }

  async countWaiting(queue: string): Promise<number> {
    if (!this.consuming.isConnected) throw new BusError('disconnected', 'no connection to the broker');
    // On a channel of its own, since asking for a queue that is not there costs the channel.
    const channel = await this.consuming.createChannel();
    channel.on('error', () => undefined);
    try {
      return (await channel.checkQueue(queue)).messageCount;
    } catch (cause) {
      throw new BusError('unroutable', `there is no queue ${queue}`, { cause });
    } finally {
      await within(3_000, channel.close());
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((each) => each.close()));
    this.#requests.failAll(new BusError('closed', 'the bus was closed before the reply came'));
    await this.#channel.close();
    await Promise.all([this.publishing.close(), this.consuming.close()]);
  }

  #headers(): MessageHeaders {
    return readHeaders(this.options.headers?.());
  }

  get #topology(): Topology {
    return this.options.topology ?? TOPOLOGY;
  }

  async #setUp(channel: ConfirmChannel): Promise<void> {
    channel.on('return', (message) => this.#publisher.onReturn(message.properties.headers, 'no queue of that name'));
    await this.#see(channel);
    await this.#requests.listen(channel);
  }

  /** What is sent to an exchange that is not there costs the channel, and with it what others have sent. */
  #exchangeOf({ name }: QueueTopology): string {
    if (this.#topology.queues.some((queue) => queue.name === name)) return name;
    throw new BusError('unroutable', `there is no queue ${name}`);
  }

  /** Before anything on a new channel: the broker has what we need. */
  readonly #see = (channel: Channel): Promise<void> =>
    (this.options.setUp === 'check' ? checkTopology : assertTopology)(channel, this.#topology);

  async #keep<S extends Subscription & { ready(timeoutMs: number): Promise<void> }>(
    subscription: S,
  ): Promise<Subscription> {
    const kept: Subscription = {
      close: () => {
        this.#subscriptions.delete(kept);
        return subscription.close();
      },
    };
    // Before it is ready: it may already receive when somebody closes us.
    this.#subscriptions.add(kept);
    try {
      await subscription.ready(this.options.openTimeoutMs ?? 30_000);
    } catch (error) {
      await kept.close();
      throw error;
    }
    return kept;
  }

  #bury(queue: QueueTopology & { kind: 'work' }, message: ConsumeMessage, reason: string): Promise<void> {
    const headers = {
      ...readHeaders(message.properties.headers),
      'x-park-reason': reason.slice(0, 1000),
      'x-park-queue': queue.name,
    };
    const { messageId } = message.properties as { messageId?: string };
    return this.#publisher.publish(queue.deadLetters, '', message.content, {
      mandatory: true,
      persistent: true,
      messageId,
      headers,
    });
  }

  #reply(message: ConsumeMessage, reply: Reply<unknown>): Promise<void> {
    const { replyTo, correlationId } = message.properties as { replyTo: string; correlationId?: string };
    // A queue of a planner's is reached by its exchange; the broker's own road begins at the default one.
    const exchange = replyTo.startsWith(`${REPLIES_EXCHANGE}.`) ? REPLIES_EXCHANGE : '';
    return this.#publisher.publish(exchange, replyTo, encodeMessage(reply), { mandatory: false, correlationId });
  }
}

/** Fails when connecting fails for good, and does nothing else. */
function refusal(link: RabbitLink, { isFinal }: RabbitBusOptions): Promise<never> {
  return new Promise((_, reject) =>
    link.onError((error) => {
      if (isFinal?.(error)) reject(new BusError('disconnected', describeError(error), { cause: error }));
    }),
  );
}
