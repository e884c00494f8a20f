import { setMaxListeners } from 'node:events';
import type { QueueTopology } from '@muster/protocol';
import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { BusLog, Delivery, Handled, Handler, Subscription } from '../bus';
import { deliveriesMax } from '../deliveries-max';
import { InFlight } from '../in-flight';
import { decodeMessage } from '../message';
import { readHeaders } from '../message-headers';
import { describeError, type RetryPace, type Settlement, settleDelivery } from '../settle-delivery';
import type { RabbitLink } from './rabbit-link';
import { SupervisedChannel } from './supervised-channel';
import { within } from './within';

export interface RabbitConsumerOptions {
  readonly link: RabbitLink;
  readonly log: BusLog;
  readonly see: (channel: Channel) => Promise<void>;
  readonly queue: QueueTopology;
  readonly handler: Handler;
  readonly prefetch: number;
  readonly pace: RetryPace;
  /** Puts a copy among the dead letters, confirmed. */
  readonly bury: (queue: QueueTopology & { kind: 'work' }, message: ConsumeMessage, reason: string) => Promise<void>;
  readonly reply: (message: ConsumeMessage, reply: NonNullable<Handled['reply']>) => Promise<void>;
}

/** Receives from one queue on a channel of its own, for as long as it is not closed. */
export class RabbitConsumer implements Subscription {
  readonly #channel: SupervisedChannel;
  readonly #inFlight = new InFlight();
  readonly #closing = new AbortController();
  #consumerTag: string | null = null;

  constructor(private readonly options: RabbitConsumerOptions) {
    const { link, log, queue } = options;
    // Every delivery that waits listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#channel = new SupervisedChannel({
      link,
      log,
      purpose: `consume ${queue.name}`,
      setup: (channel) => this.#begin(channel),
    });
  }

  /** Settles once it receives; fails with `BusError`. */
  async ready(timeoutMs: number): Promise<void> {
    await this.#channel.ready(timeoutMs);
  }

  async close(): Promise<void> {
    const channel = this.#channel.current;
    if (channel && this.#consumerTag) await within(3_000, channel.cancel(this.#consumerTag));
    this.#closing.abort();
    await this.#inFlight.drained();
    await this.#channel.close();
  }

  async #begin(channel: ConfirmChannel): Promise<void> {
    const { see, queue, prefetch } = this.options;
    await see(channel);
    await channel.prefetch(prefetch);
    const { consumerTag } = await channel.consume(queue.name, (message) => {
      // Null: the broker cancelled us, since the queue was deleted or moved. A new channel asks for it anew.
      if (message === null) void this.#onCancelled();
      else void this.#inFlight.track(this.#handle(channel, message));
    });
    this.#consumerTag = consumerTag;
  }

  async #onCancelled(): Promise<void> {
    this.options.log.warn({ queue: this.options.queue.name }, 'the broker cancelled a consumer; consuming anew');
    await this.#channel.reopen();
  }

  async #handle(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    const { queue, handler, pace, log } = this.options;
    // Taken from the queue just before we were cancelled: somebody else may have it.
    if (this.#closing.signal.aborted) return settle(() => channel.nack(message, false, true));
    const content = decodeMessage(message.content);
    const delivery: Delivery = {
      headers: readHeaders(message.properties.headers),
      content: content.ok ? content.value : null,
      attempt: attemptOf(message),
      source: queue.name,
      isRequest: typeof message.properties.replyTo === 'string',
    };
    const settlement: Settlement = content.ok
      ? await settleDelivery(handler, delivery, deliveriesMax(queue), pace, this.#closing.signal)
      : { kind: 'park', reason: content.reason };
    if (settlement.kind === 'requeue') {
      log.warn({ queue: queue.name, attempt: delivery.attempt, reason: settlement.reason }, 'message given back');
      return settle(() => channel.nack(message, false, true));
    }
    if (settlement.kind === 'park' && !(await this.#park(message, settlement.reason))) {
      return settle(() => channel.nack(message, false, true));
    }
    if (settlement.reply && delivery.isRequest) {
      await this.options.reply(message, settlement.reply).catch((error: unknown) => {
        log.warn({ queue: queue.name, reason: describeError(error) }, 'reply not sent; the requester asks again');
      });
    }
    settle(() => channel.ack(message));
  }

  /** True once the dead letter is safe. */
  async #park(message: ConsumeMessage, reason: string): Promise<boolean> {
    const { queue, log, bury } = this.options;
    log.error({ queue: queue.name, reason }, 'message parked');
    if (queue.kind !== 'work') return true;
    try {
      await bury(queue, message, reason);
      return true;
    } catch (error) {
      log.error({ queue: queue.name, reason: describeError(error) }, 'dead letter not taken; message given back');
      return false;
    }
  }
}

/** On the channel of the delivery only: on another one the tag is wrong. A closed channel has given it back already. */
function settle(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'IllegalOperationError') throw error;
  }
}

function attemptOf(message: ConsumeMessage): number {
  const before: unknown = message.properties.headers?.['x-delivery-count'];
  if (typeof before === 'number') return before + 1;
  return message.fields.redelivered ? 2 : 1;
}
