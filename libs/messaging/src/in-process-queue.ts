import type { QueueTopology } from '@muster/protocol';
import type { MessageHeaders } from './bus';

/** A message as the in-process broker keeps it: bytes, so that nobody shares objects with anybody. */
export interface QueuedMessage {
  readonly bytes: Buffer;
  /** Absent: none. */
  readonly headers?: MessageHeaders;
  /** Deliveries so far. */
  deliveries: number;
  /** Milliseconds on the monotonic clock; null: keeps for ever. */
  readonly expiresAt: number | null;
  /** Takes the reply of a request. */
  readonly respond?: (reply: unknown) => void;
  /** Of a dead letter. */
  readonly reason?: string;
}

/** One consumer's place at a queue. */
export interface QueueConsumer {
  readonly prefetch: number;
  inHand: number;
  /** Called for each message; the consumer then settles or puts it back. */
  receive(message: QueuedMessage): void;
}

/** A queue in memory with the delivery rules of the broker's. */
export class InProcessQueue {
  readonly #waiting: QueuedMessage[] = [];
  readonly #consumers: QueueConsumer[] = [];
  #waitingBytes = 0;
  #isScheduled = false;

  constructor(
    readonly topology: QueueTopology | { readonly kind: 'dead'; readonly name: string },
    private readonly park: (queue: InProcessQueue, message: QueuedMessage, reason: string) => void,
  ) {}

  get waiting(): readonly QueuedMessage[] {
    this.#dropExpired();
    return this.#waiting;
  }

  /** False if the queue is full. */
  put(message: QueuedMessage): boolean {
    const { topology } = this;
    if (topology.kind === 'bounded' && this.#waitingBytes + message.bytes.length > topology.bytesMax) return false;
    this.#waiting.push(message);
    this.#waitingBytes += message.bytes.length;
    this.#schedule();
    return true;
  }

  /** Puts a delivered message back where it came from: at the head. */
  putBack(message: QueuedMessage): void {
    const { topology } = this;
    if (topology.kind === 'work' && message.deliveries >= topology.deliveriesMax) {
      this.park(this, message, `given up after ${message.deliveries} deliveries`);
      return;
    }
    this.#waiting.unshift(message);
    this.#waitingBytes += message.bytes.length;
    this.#schedule();
  }

  add(consumer: QueueConsumer): void {
    this.#consumers.push(consumer);
    this.#schedule();
  }

  remove(consumer: QueueConsumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at >= 0) this.#consumers.splice(at, 1);
    this.#schedule();
  }

  /** A consumer has room again. */
  settled(consumer: QueueConsumer): void {
    consumer.inHand -= 1;
    this.#schedule();
  }

  // Later, so that nobody is called back while calling; and once for many.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    this.#dropExpired();
    let taken = 0;
    for (;;) {
      const message = this.#waiting[taken];
      const consumer = this.#nextConsumer();
      if (!message || !consumer) break;
      taken += 1;
      this.#waitingBytes -= message.bytes.length;
      message.deliveries += 1;
      consumer.inHand += 1;
      consumer.receive(message);
    }
    if (taken > 0) this.#waiting.splice(0, taken);
  }

  #nextConsumer(): QueueConsumer | undefined {
    const singleActive = this.topology.kind === 'work' && this.topology.singleActive;
    const candidates = singleActive ? this.#consumers.slice(0, 1) : this.#consumers;
    const at = candidates.findIndex((each) => each.inHand < each.prefetch);
    const chosen = candidates[at];
    if (chosen && !singleActive) {
      // In turn: the one who got this goes to the end.
      this.#consumers.splice(at, 1);
      this.#consumers.push(chosen);
    }
    return chosen;
  }

  #dropExpired(): void {
    const now = performance.now();
    for (let head = this.#waiting[0]; head?.expiresAt != null && head.expiresAt <= now; head = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= head.bytes.length;
    }
  }
}
