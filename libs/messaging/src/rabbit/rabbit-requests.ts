import { randomUUID } from 'node:crypto';
import { readReply, type Reply } from '@muster/protocol';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { BusError, malformedReply } from '../bus-error';
import { decodeMessage } from '../message';

/** The broker's own road for replies: no queue is made, and only this channel receives. */
const REPLY_TO = 'amq.rabbitmq.reply-to';

interface PendingRequest {
  readonly what: string;
  resolve(reply: Reply<unknown>): void;
  reject(error: BusError): void;
}

/** Requests that wait for their replies on one channel. */
export class RabbitRequests {
  readonly #pending = new Map<string, PendingRequest>();

  /** Where answers are to go, on the newest channel. */
  #replyTo = REPLY_TO;

  /** `exchange` leads answers to a queue of ours; null: the broker's own road. */
  constructor(private readonly exchange: string | null) {}

  get replyTo(): string {
    return this.#replyTo;
  }

  /** To be called on each new channel, before it publishes a request. */
  async listen(channel: ConfirmChannel): Promise<void> {
    if (this.exchange !== null) {
      // Another name each time: the broker may not have noticed yet that the one before is gone.
      this.#replyTo = `${this.exchange}.${randomUUID()}`;
      await channel.assertQueue(this.#replyTo, { exclusive: true, autoDelete: true, durable: false });
      await channel.bindQueue(this.#replyTo, this.exchange, this.#replyTo);
    }
    await channel.consume(this.#replyTo, (message) => this.#onReply(message), { noAck: true });
  }

  /** Every pending request fails. */
  failAll(error: BusError): void {
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }

  /** Publishes by `publish`, given the correlation id, and waits. Fails with `BusError` after `timeoutMs` at the latest. */
  async request(
    publish: (correlationId: string) => Promise<void>,
    what: string,
    timeoutMs: number,
  ): Promise<Reply<unknown>> {
    const correlationId = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const reply = new Promise<Reply<unknown>>((resolve, reject) => {
      this.#pending.set(correlationId, { what, resolve, reject });
      timer = setTimeout(
        () => reject(new BusError('timeout', `no reply from ${what} within ${timeoutMs} ms`)),
        timeoutMs,
      );
    });
    try {
      // Whichever fails first; the reply may even be here before the confirmation.
      await Promise.race([reply, publish(correlationId).then(() => reply)]);
      return await reply;
    } catch (error) {
      reply.catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(correlationId);
    }
  }

  #onReply(message: ConsumeMessage | null): void {
    if (message === null) return;
    const pending = this.#pending.get(String(message.properties.correlationId));
    if (!pending) return;
    const content = decodeMessage(message.content);
    const reply = content.ok ? readReply(content.value) : null;
    if (reply === null) pending.reject(malformedReply(pending.what));
    else pending.resolve(reply);
  }
}
