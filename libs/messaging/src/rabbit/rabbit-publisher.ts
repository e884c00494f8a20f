import type { ConfirmChannel, Options } from 'amqplib';
import { BusError } from '../bus-error';
import type { SupervisedChannel } from './supervised-channel';

const NUMBER_HEADER = 'x-muster-publish';
/** How amqplib calls the broker's no; any other error of a publish is a lost channel. */
const NACKED = 'message nacked';

export interface PublishOptions extends Options.Publish {
  /** A message that reaches no queue is a failure. */
  readonly mandatory: boolean;
}

export interface PublishedMessage {
  readonly routingKey: string;
  readonly bytes: Buffer;
  readonly options: PublishOptions;
}

interface InFlightPublish {
  fail(error: BusError): void;
}

/** Publishes and waits for the broker's word. Every publish settles within the timeout. */
export class RabbitPublisher {
  readonly #inFlight = new Map<number, InFlightPublish>();
  #last = 0;

  constructor(
    private readonly channel: () => SupervisedChannel,
    private readonly timeoutMs: number,
  ) {}

  /** To be called for the channel's `return` events: the broker confirms an unroutable message right after returning it. */
  onReturn(headers: Readonly<Record<string, unknown>> | undefined, replyText: string): void {
    this.#inFlight
      .get(Number(headers?.[NUMBER_HEADER]))
      ?.fail(new BusError('unroutable', `the broker has no such queue: ${replyText}`));
  }

  /** Fails with `BusError`. */
  publish(exchange: string, routingKey: string, bytes: Buffer, options: PublishOptions): Promise<void> {
    return this.publishAll(exchange, [{ routingKey, bytes, options }]);
  }

  /**
   * On one channel, so that what follows a message that was lost with it is lost as well and the order holds. Fails once
   * all have settled: with `refused` only if nothing worse has happened.
   */
  async publishAll(exchange: string, messages: readonly PublishedMessage[]): Promise<void> {
    const startedAt = performance.now();
    const channel = await this.channel().ready(this.timeoutMs);
    const leftMs = Math.max(1, this.timeoutMs - (performance.now() - startedAt));
    const settled = await Promise.allSettled(
      messages.map((message) => this.#publishOn(channel, exchange, message, leftMs)),
    );
    const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as BusError] : []));
    const worst = failures.find(({ failure }) => failure !== 'refused') ?? failures[0];
    if (worst !== undefined) throw worst;
  }

  #publishOn(
    channel: ConfirmChannel,
    exchange: string,
    { routingKey, bytes, options }: PublishedMessage,
    leftMs: number,
  ): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#last += 1;
      const number = this.#last;
      const settle = (outcome: () => void): void => {
        clearTimeout(timer);
        if (this.#inFlight.delete(number)) outcome();
      };
      const fail = (error: BusError): void => settle(() => reject(error));
      const timer = setTimeout(
        () => fail(new BusError('timeout', `the broker did not confirm within ${this.timeoutMs} ms`)),
        leftMs,
      );
      this.#inFlight.set(number, { fail });
      // Read only where a message comes back, which is where it has to reach a queue.
      const headers: unknown = options.mandatory
        ? { ...(options.headers as object | undefined), [NUMBER_HEADER]: number }
        : options.headers;
      try {
        channel.publish(
          exchange,
          routingKey,
          bytes,
          { contentType: 'application/json', ...options, headers },
          (error: unknown) => {
            if (error === null || error === undefined) settle(resolve);
            else if (error instanceof Error && error.message === NACKED)
              fail(new BusError('refused', `${routingKey || exchange} is full`));
            else fail(new BusError('disconnected', 'the connection was lost before the broker confirmed'));
          },
        );
      } catch (cause) {
        fail(new BusError('disconnected', 'the channel to the broker is closed', { cause }));
      }
    });
  }
}
