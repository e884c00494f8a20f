import type { Envelope, ExchangeTopology, QueueTopology, Reply } from '@muster/protocol';

/**
 * What becomes of a delivery. `retry-later`: nothing is wrong with the message, but it cannot be handled now; it is offered
 * again, first by the same consumer while it holds it. `park`: it never can be handled; it goes to the dead letters with
 * the reason, or is dropped where a queue has none.
 */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry-later'; readonly reason: string }
  | { readonly kind: 'park'; readonly reason: string };

export const DONE: Verdict = { kind: 'done' };
export const retryLater = (reason: string): Verdict => ({ kind: 'retry-later', reason });
export const park = (reason: string): Verdict => ({ kind: 'park', reason });

/** What a message says beside its content, by name: where it comes from, for logs and traces. Nothing is decided by it. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** One message on its way to a handler. */
export interface Delivery {
  /** As the sender's bus wrote them: unchecked texts of bounded length, of the names that are known here. */
  readonly headers: MessageHeaders;
  /** What the sender wrote, unchecked: an `Envelope` if it keeps to the protocol. */
  readonly content: unknown;
  /** Counts from 1; grows with every delivery that was not settled, whoever had it. */
  readonly attempt: number;
  /** Queue or exchange that it came through. */
  readonly source: string;
  /** The sender waits for a reply. */
  readonly isRequest: boolean;
}

/** Verdict, and the reply where the sender waits for one. */
export interface Handled {
  readonly verdict: Verdict;
  readonly reply?: Reply<unknown>;
}

/**
 * Handles one delivery. Must be idempotent by the envelope's id: a delivery whose settlement was lost comes again, and
 * may even run beside itself. Throwing means: again, after a pause, until the queue's limit, then the dead letters.
 */
export type Handler = (delivery: Delivery) => Promise<Handled>;

export interface ConsumeOptions {
  /** Deliveries in hand at once. */
  readonly prefetch: number;
}

/** A message for a topic exchange. */
export interface RoutedMessage {
  readonly message: Envelope;
  readonly routingKey: string;
}

/** Something that receives until it is closed. */
export interface Subscription {
  /** Takes nothing new, gives back what no handler has begun, and waits for the handlers that have. */
  close(): Promise<void>;
}

/**
 * How services reach each other. Two adapters with one contract, checked by one suite.
 *
 * Reconnects by itself for ever; consumers and subscriptions come back with the connection. Whoever publishes learns
 * whether it worked: every failure is a rejected promise with a `BusError`, in bounded time.
 */
export interface Bus {
  /** Puts a message on a queue; settles once the broker has taken charge of it. */
  send(queue: QueueTopology, message: Envelope): Promise<void>;

  /**
   * As `send`, and waits for the reply. A timeout says nothing about whether the message was handled; on a work queue it
   * will still be. Requests in flight fail when the connection is lost.
   */
  request(queue: QueueTopology, message: Envelope, timeoutMs: number): Promise<Reply<unknown>>;

  /** Receives from a queue together with every other consumer of it. Settles once it receives. */
  consume(queue: QueueTopology, handler: Handler, options: ConsumeOptions): Promise<Subscription>;

  /** Tells whoever listens now; nobody listening is no failure. `routingKey` matters on a topic exchange only. */
  publish(exchange: ExchangeTopology, message: Envelope, routingKey?: string): Promise<void>;

  /**
   * Tells many messages, each reader of them in this order, and has the broker keep them for readers that have a queue.
   * Fails as `publish` does; a first part may have been told then, and nothing that follows a message that was not, but
   * where a reader's own queue refused it (`refused`).
   */
  publishAll(exchange: ExchangeTopology, messages: readonly RoutedMessage[]): Promise<void>;

  /**
   * Listens to an exchange from now on; what is published while the connection is down is missed. `pattern` as in AMQP:
   * words separated by dots, `*` for one, `#` for any number. A listener that throws is logged.
   */
  subscribe(
    exchange: ExchangeTopology,
    listener: (delivery: Delivery) => Promise<void> | void,
    pattern?: string,
  ): Promise<Subscription>;

  /** Messages that wait in a queue or in its dead letters. For health, tests and metrics. */
  countWaiting(queue: string): Promise<number>;

  /** For health: false while the connection is down. */
  readonly isConnected: boolean;

  /** Closes every subscription as above, then the connection. Safe to call twice. */
  close(): Promise<void>;
}

/** Where a bus tells what happens on its own. Fits pino. */
export interface BusLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
