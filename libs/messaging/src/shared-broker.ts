import type { ExchangeTopology } from '@muster/protocol';
import type { BusLog } from './bus';
import type { InProcessQueue, QueuedMessage } from './in-process-queue';
import type { RetryPace } from './settle-delivery';

/** Receives what is published to an exchange. */
export interface ExchangeListener {
  readonly pattern: string;
  receive(bytes: Buffer): void;
}

/** What every bus on an in-process broker shares. */
export interface SharedBroker {
  readonly log: BusLog;
  readonly pace: RetryPace;
  queue(name: string): InProcessQueue;
  park(queue: InProcessQueue, message: QueuedMessage, reason: string): void;
  publish(exchange: ExchangeTopology, bytes: Buffer, routingKey: string): void;
  /** The answer takes it back. */
  listen(exchange: ExchangeTopology, listener: ExchangeListener): () => void;
}
