import type { Duplex } from 'node:stream';
import { connect, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import type { BusLog } from '../bus';
import { describeError } from '../settle-delivery';
import { gatherWrites } from './gather-writes';
import { within } from './within';

/** PEM: whom to believe, and what to show. */
export interface BrokerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface RabbitLinkOptions {
  readonly url: string;
  /** Shown in the broker's list of connections. */
  readonly name: string;
  readonly log: BusLog;
  /** How soon a silent connection counts as lost, about twice this. */
  readonly heartbeatSeconds: number;
  /** Of an `amqps:` address. */
  readonly tls?: BrokerTls | undefined;
}

/** One named connection that is made again for ever until it is closed. */
export class RabbitLink {
  #isConnected = false;
  /** The last thing that went wrong; never holds the URL, which has a password. */
  lastError: string | null = null;
  /** It, as it was thrown. */
  lastCause: Error | null = null;
  readonly #hearers: ((error: Error) => void)[] = [];

  private constructor(
    private readonly model: RecoveringChannelModel,
    private readonly name: string,
    log: BusLog,
  ) {
    model.on('connect', ({ connection }) => {
      // The library tells of its connection, and not of the stream beneath.
      gatherWrites((connection as unknown as { readonly stream: Duplex }).stream);
      this.#isConnected = true;
      log.info({ connection: name }, 'connected to the broker');
    });
    model.on('disconnect', (error) => {
      this.#isConnected = false;
      this.#note(error);
      log.warn({ connection: name, reason: describeError(error) }, 'connection to the broker lost');
    });
    model.on('connect-failed', (error) => {
      this.#note(error);
      log.warn({ connection: name, reason: describeError(error) }, 'broker not reachable');
    });
    model.on('blocked', (reason) => log.warn({ connection: name, reason }, 'broker takes nothing at the moment'));
    // Without a listener an error would end the process; what follows it is a disconnect.
    model.on('error', (error) => this.#note(error));
    model.on('handler-error', (error: Error) =>
      log.error({ connection: name, reason: describeError(error) }, 'bug in a broker handler'),
    );
  }

  /** Begins to connect; does not wait for success. */
  static async open({ url, name, log, tls, heartbeatSeconds }: RabbitLinkOptions): Promise<RabbitLink> {
    const address = new URL(url);
    if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(heartbeatSeconds));
    const model = await connect(address.href, {
      // Otherwise each small message waits for the delayed acknowledgement of the one before: 44 ms instead of 0.4.
      noDelay: true,
      // Without it Node's own list of authorities counts; the name is checked either way.
      ...tls,
      timeout: 10_000,
      clientProperties: { connection_name: name },
      recovery: { waitForConnect: false, initialDelay: 100, maxDelay: 3_000 },
    });
    return new RabbitLink(model, name, log);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Tells of everything that goes wrong from now on. */
  onError(hear: (error: Error) => void): void {
    this.#hearers.push(hear);
  }

  /** A new channel, as soon as there is a connection. */
  createChannel(): Promise<ConfirmChannel> {
    return this.model.createConfirmChannel();
  }

  async close(): Promise<void> {
    this.#isConnected = false;
    await within(3_000, this.model.close());
  }

  #note(error: Error): void {
    this.lastError = `${this.name}: ${describeError(error)}`;
    this.lastCause = error;
    for (const hear of this.#hearers) hear(error);
  }
}
