import { randomUUID } from 'node:crypto';
import type { ExchangeTopology } from '@muster/protocol';
import type { Channel, ConfirmChannel } from 'amqplib';
import type { BusLog, Delivery, Subscription } from '../bus';
import { InFlight } from '../in-flight';
import { decodeMessage } from '../message';
import { describeError } from '../settle-delivery';
import type { RabbitLink } from './rabbit-link';
import { SupervisedChannel } from './supervised-channel';

export interface RabbitListenerOptions {
  readonly link: RabbitLink;
  readonly log: BusLog;
  readonly see: (channel: Channel) => Promise<void>;
  readonly exchange: ExchangeTopology;
  readonly pattern: string;
  readonly listener: (delivery: Delivery) => Promise<void> | void;
}

/** Listens to an exchange through a queue that nobody else sees and that goes with us. */
export class RabbitListener implements Subscription {
  readonly #channel: SupervisedChannel;
  readonly #inFlight = new InFlight();

  constructor(private readonly options: RabbitListenerOptions) {
    const { link, log, exchange } = options;
    this.#channel = new SupervisedChannel({
      link,
      log,
      purpose: `listen to ${exchange.name}`,
      setup: (channel) => this.#begin(channel),
    });
  }

  async ready(timeoutMs: number): Promise<void> {
    await this.#channel.ready(timeoutMs);
  }

  async close(): Promise<void> {
    await this.#channel.close();
    await this.#inFlight.drained();
  }

  async #begin(channel: ConfirmChannel): Promise<void> {
    const { see, exchange, pattern } = this.options;
    await see(channel);
    const queue = `${exchange.name}.${randomUUID()}`;
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(queue, exchange.name, pattern);
    const receive = (content: Buffer): void => void this.#inFlight.track(this.#receive(content));
    await channel.consume(queue, (message) => void (message ? receive(message.content) : this.#channel.reopen()), {
      noAck: true,
    });
  }

  async #receive(content: Buffer): Promise<void> {
    const { exchange, listener, log } = this.options;
    const decoded = decodeMessage(content);
    if (!decoded.ok) return;
    try {
      await listener({ headers: {}, content: decoded.value, attempt: 1, source: exchange.name, isRequest: false });
    } catch (error) {
      log.error({ exchange: exchange.name, reason: describeError(error) }, 'listener failed');
    }
  }
}
