import { type ExchangeTopology, type Topology, TOPOLOGY } from '@muster/protocol';
import type { BusLog, MessageHeaders } from './bus';
import { BusError } from './bus-error';
import { InProcessBus } from './in-process-bus';
import type { ExchangeListener, SharedBroker } from './shared-broker';
import { InProcessQueue, type QueuedMessage } from './in-process-queue';
import { RETRY_PACE, type RetryPace } from './settle-delivery';
import { matchesTopic } from './topic-pattern';

export interface InProcessBrokerOptions {
  readonly log: BusLog;
  readonly topology?: Topology;
  readonly pace?: RetryPace;
}

/**
 * The broker of the embedded server: the delivery contract of RabbitMQ within one process. It keeps nothing beyond the
 * process: what must survive is in the database's outboxes and is sent again.
 */
export class InProcessBroker implements SharedBroker {
  readonly log: BusLog;
  readonly pace: RetryPace;
  readonly #queues = new Map<string, InProcessQueue>();
  readonly #listeners = new Map<string, Set<ExchangeListener>>();

  constructor(options: InProcessBrokerOptions) {
    this.log = options.log;
    this.pace = options.pace ?? RETRY_PACE;
    const { queues, exchanges } = options.topology ?? TOPOLOGY;
    const park = (queue: InProcessQueue, message: QueuedMessage, reason: string): void =>
      this.park(queue, message, reason);
    for (const topology of queues) {
      this.#queues.set(topology.name, new InProcessQueue(topology, park));
      if (topology.kind !== 'work') continue;
      this.#queues.set(topology.deadLetters, new InProcessQueue({ kind: 'dead', name: topology.deadLetters }, park));
    }
    for (const { name } of exchanges) this.#listeners.set(name, new Set());
  }

  /** A bus of one service: closing it leaves the others alone. `headers` are asked for with each message. */
  connect(headers: () => MessageHeaders = () => ({})): InProcessBus {
    return new InProcessBus(this, headers);
  }

  queue(name: string): InProcessQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new BusError('unroutable', `there is no queue ${name}`);
    return queue;
  }

  /** Puts a message where it can only be looked at, with the reason; drops it where the queue keeps no dead letters. */
  park(queue: InProcessQueue, message: QueuedMessage, reason: string): void {
    const { topology } = queue;
    this.log.error({ queue: topology.name, reason }, 'message parked');
    if (topology.kind !== 'work') return;
    this.queue(topology.deadLetters).put({ bytes: message.bytes, deliveries: 0, expiresAt: null, reason });
  }

  publish(exchange: ExchangeTopology, bytes: Buffer, routingKey: string): void {
    for (const listener of this.#listenersOf(exchange)) {
      if (exchange.kind === 'fanout' || matchesTopic(listener.pattern, routingKey)) listener.receive(bytes);
    }
  }

  listen(exchange: ExchangeTopology, listener: ExchangeListener): () => void {
    const listeners = this.#listenersOf(exchange);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #listenersOf(exchange: ExchangeTopology): Set<ExchangeListener> {
    const listeners = this.#listeners.get(exchange.name);
    if (!listeners) throw new BusError('unroutable', `there is no exchange ${exchange.name}`);
    return listeners;
  }
}
