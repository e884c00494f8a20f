import { OUTPUT_CHUNKS_MAX, type TaskOutputMessage } from '@muster/protocol';
import type { Clock } from '../ports/clock';
import type { PublishOutput } from '../ports/publishing';

/** Between two messages, while what waits fills none: each costs both services much the same for one chunk and for many. */
const GATHER_MS = 200;
/** Characters of base64 that fill a message: a chunk of full length goes at once, since whoever reads a long output waits for each. */
const CHARS_FULL = 64 * 1024;

interface WaitingChunk {
  readonly chunk: TaskOutputMessage;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Sends chunks of many attempts in one message. The first after a silence does not wait. */
export class OutputGatherer {
  #waiting: WaitingChunk[] = [];
  #chars = 0;
  #sentAt = -Infinity;
  #cancel: (() => void) | null = null;
  /** Settles once the broker has answered to all that was sent. */
  #answered: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly publish: PublishOutput,
    private readonly clock: Clock,
  ) {}

  /** Settles as the message does that the chunk went with. */
  add(chunk: TaskOutputMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ chunk, resolve, reject });
      this.#chars += chunk.data.length;
      if (this.#chars >= CHARS_FULL || this.#waiting.length === OUTPUT_CHUNKS_MAX) return this.#send();
      const early = this.#sentAt + GATHER_MS - this.clock.monotonic();
      this.#cancel ??= this.clock.after(Math.max(0, early), () => this.#send());
    });
  }

  /** Sends what waits, at once; settles when the broker has answered to all that was ever sent. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) this.#send();
    await this.#answered;
  }

  #send(): void {
    this.#cancel?.();
    this.#cancel = null;
    const sent = this.#waiting;
    this.#waiting = [];
    this.#chars = 0;
    this.#sentAt = this.clock.monotonic();
    const answered = this.publish({ chunks: sent.map(({ chunk }) => chunk) }).then(
      () => sent.forEach(({ resolve }) => resolve()),
      (error: unknown) => sent.forEach(({ reject }) => reject(error)),
    );
    this.#answered = Promise.all([this.#answered, answered]);
  }
}
