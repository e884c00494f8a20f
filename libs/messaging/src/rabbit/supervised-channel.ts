import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel } from 'amqplib';
import type { BusLog } from '../bus';
import { BusError } from '../bus-error';
import { describeError } from '../settle-delivery';
import type { RabbitLink } from './rabbit-link';
import { within } from './within';

export interface SupervisedChannelOptions {
  readonly link: RabbitLink;
  readonly log: BusLog;
  /** Names it in the log. */
  readonly purpose: string;
  /** Prepares each new channel; failing here means another try. */
  readonly setup: (channel: ConfirmChannel) => Promise<void>;
  /** The channel is gone and with it everything unsettled on it. */
  readonly onLost?: () => void;
}

/**
 * A channel that is made again whenever it or its connection is lost. The broker closes a channel for one bad request or
 * one late acknowledgement; the others on the connection must not notice.
 */
export class SupervisedChannel {
  #channel: ConfirmChannel | null = null;
  #isClosed = false;
  #lastError: string | null = null;
  readonly #closing = new AbortController();
  readonly #closeAsked: Promise<null>;
  readonly #waiters = new Set<() => void>();
  readonly #done: Promise<void>;

  constructor(private readonly options: SupervisedChannelOptions) {
    this.#closeAsked = new Promise((resolve) => this.#closing.signal.addEventListener('abort', () => resolve(null)));
    this.#done = this.#supervise();
  }

  /** The channel if it is usable now. */
  get current(): ConfirmChannel | null {
    return this.#channel;
  }

  /** The channel once it is usable; fails with `BusError` after `timeoutMs`. */
  async ready(timeoutMs: number): Promise<ConfirmChannel> {
    if (this.#channel) return this.#channel;
    if (this.#isClosed) throw new BusError('closed', 'the bus is closed');
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
    if (this.#channel) return this.#channel;
    if (this.#isClosed) throw new BusError('closed', 'the bus was closed');
    const why = this.#lastError ?? this.options.link.lastError ?? 'the broker did not answer';
    const cause = this.options.link.lastCause ?? undefined;
    throw new BusError('disconnected', `no channel to the broker within ${timeoutMs} ms: ${why}`, { cause });
  }

  /** Gives the channel up; what is unsettled on it is delivered again, to whoever listens. */
  async reopen(): Promise<void> {
    if (this.#channel) await sayGoodbye(this.#channel);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    this.#wakeAll();
    await this.reopen();
    await this.#done;
  }

  async #supervise(): Promise<void> {
    for (let failures = 0; !this.#isClosed; failures += 1) {
      if (await this.#live()) failures = 0;
      if (this.#isClosed) return;
      await sleep(Math.min(3_000, 50 * 2 ** Math.min(failures, 10)), undefined, { signal: this.#closing.signal }).catch(
        () => undefined,
      );
    }
  }

  /** One channel's life; true if it came to be usable. */
  async #live(): Promise<boolean> {
    const { link, setup, onLost, log, purpose } = this.options;
    let channel: ConfirmChannel | null = null;
    try {
      const opening = link.createChannel();
      channel = await Promise.race([opening, this.#closeAsked]);
      if (channel === null) {
        // Nobody waits for it any more.
        void opening.then(sayGoodbye).catch(() => undefined);
        return false;
      }
      const opened = channel;
      const closed = new Promise<void>((resolve) => void opened.once('close', resolve));
      // With a listener the broker's error ends this channel only, without one amqplib ends the connection.
      channel.on('error', (error: Error) => {
        this.#lastError = describeError(error);
        log.warn({ channel: purpose, reason: this.#lastError }, 'the broker closed a channel');
      });
      await setup(channel);
      if (this.#isClosed) {
        await sayGoodbye(channel);
        return false;
      }
      this.#channel = channel;
      this.#wakeAll();
      await closed;
      return true;
    } catch (error) {
      this.#lastError = describeError(error);
      if (!this.#isClosed) log.warn({ channel: purpose, reason: this.#lastError }, 'channel could not be prepared');
      if (channel) await sayGoodbye(channel);
      return false;
    } finally {
      if (this.#channel) {
        this.#channel = null;
        onLost?.();
      }
    }
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/** A lost connection answers nobody, so waits for the channel's own event too. */
async function sayGoodbye(channel: ConfirmChannel): Promise<void> {
  const gone = new Promise<void>((resolve) => void channel.once('close', resolve));
  await within(3_000, Promise.race([gone, channel.close()]));
}
