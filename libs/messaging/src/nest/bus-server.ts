import { type MessageKind, type QueueTopology, type ExchangeTopology, readMessage, type Reply } from '@muster/protocol';
import { type Problem, problem, ProblemsError } from '@muster/problems';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import {
  type Bus,
  type BusLog,
  type Delivery,
  DONE,
  type Handled,
  park,
  type Subscription,
  type Verdict,
} from '../bus';
import { describeError } from '../settle-delivery';
import { BusContext } from './bus-context';

export interface BusServerOptions {
  readonly bus: Bus;
  readonly log: BusLog;
  /** Where handlers' messages come from. */
  readonly queues: readonly { readonly queue: QueueTopology; readonly prefetch: number }[];
  /** Exchanges to listen to; handlers are event handlers, and what goes wrong is only logged. */
  readonly exchanges?: readonly { readonly exchange: ExchangeTopology; readonly pattern?: string }[];
  /** Kinds of message by which bodies are checked; a handler's pattern is the kind's `schema`. */
  readonly kinds: readonly MessageKind<unknown>[];
  /** Does the work of a handler, in whatever it is to be done in: for logs and traces. */
  readonly around?: AroundHandler;
}

export type AroundHandler = <T>(
  about: Pick<BusContext, 'id' | 'schema' | 'headers'>,
  work: () => Promise<T>,
) => Promise<T>;

/**
 * Nest's transport on our bus. `@MessagePattern(schema)` answers requests: what it returns is the reply, a `ProblemsError`
 * becomes the reply's problems. `@EventPattern<string>(schema)` handles events: it returns nothing or a `Verdict`.
 * Anything else thrown means: again, until the queue's limit. A message that is not valid, or that nobody handles, is
 * parked with the reason and the service goes on. Controllers must be `@BusController()`s.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('muster-bus');
  readonly #kinds: ReadonlyMap<string, MessageKind<unknown>>;
  #subscriptions: Subscription[] = [];

  constructor(private readonly options: BusServerOptions) {
    super();
    this.#kinds = new Map(options.kinds.map((kind) => [kind.schema, kind]));
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    const { bus, queues, exchanges = [] } = this.options;
    try {
      for (const { queue, prefetch } of queues) {
        this.#subscriptions.push(
          await bus.consume(queue, (delivery) => this.handle(delivery, queue.kind), { prefetch }),
        );
      }
      for (const { exchange, pattern } of exchanges) {
        this.#subscriptions.push(
          await bus.subscribe(exchange, async (delivery) => void (await this.handle(delivery, 'questions')), pattern),
        );
      }
      callback();
    } catch (error) {
      await this.close();
      callback(error);
    }
  }

  /** Stops receiving and waits for the handlers; the bus stays open, since it is not ours. */
  async close(): Promise<void> {
    const subscriptions = this.#subscriptions;
    this.#subscriptions = [];
    await Promise.all(subscriptions.map((each) => each.close()));
  }

  on(): void {
    // Nothing to listen to: the bus reconnects by itself and says so in the log.
  }

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  /** Handles one delivery as described above. Public for tests of handlers without a broker. */
  async handle(delivery: Delivery, kind: QueueTopology['kind']): Promise<Handled> {
    const schema = schemaOf(delivery.content);
    const messageKind = schema === null ? undefined : this.#kinds.get(schema);
    const handler = schema === null ? null : this.getHandlerByPattern(schema);
    if (!messageKind || !handler)
      return this.#refuse(delivery, `nobody here handles ${schema ?? 'a message without a schema'}`);
    const message = readMessage(messageKind, delivery.content);
    if (!message.ok) return this.#refuse(delivery, message.reason);
    const context = new BusContext([{ id: message.id, schema: messageKind.schema, delivery }]);
    const work = async (): Promise<Handled> =>
      handler.isEventHandler
        ? { verdict: await this.#runEvent(handler, message.body, context) }
        : this.#answer(handler, message.body, context, kind);
    return this.options.around ? this.options.around(context, work) : work();
  }

  async #runEvent(handler: MessageHandler, body: unknown, context: BusContext): Promise<Verdict> {
    let worst: Verdict = DONE;
    // Several handlers of one event are chained; all run, and one that is not done decides.
    for (let each: MessageHandler | undefined = handler; each; each = each.next) {
      const result = await resultOf(await each(body, context));
      if (isVerdict(result) && result.kind !== 'done') worst = result;
    }
    return worst;
  }

  async #answer(
    handler: MessageHandler,
    body: unknown,
    context: BusContext,
    kind: QueueTopology['kind'],
  ): Promise<Handled> {
    try {
      return { verdict: DONE, reply: { ok: true, body: (await resultOf(await handler(body, context))) ?? null } };
    } catch (error) {
      if (error instanceof ProblemsError) return { verdict: DONE, reply: { ok: false, problems: error.problems } };
      this.options.log.error({ schema: context.schema, message: context.id, error }, 'handler failed');
      // A command is tried again; the asker of a question is there only once.
      if (kind === 'questions') return { verdict: DONE, reply: refusal(context.schema, describeError(error)) };
      throw error;
    }
  }

  #refuse(delivery: Delivery, reason: string): Handled {
    return { verdict: park(reason), ...(delivery.isRequest ? { reply: refusal(delivery.source, reason) } : {}) };
  }
}

function refusal(subject: string, summary: string): Reply<never> {
  const problems: Problem[] = [problem('API_INTERNAL', { subject, summary })];
  return { ok: false, problems };
}

async function resultOf(value: unknown): Promise<unknown> {
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}

function isVerdict(value: unknown): value is Verdict {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  return kind === 'done' || kind === 'retry-later' || kind === 'park';
}

function schemaOf(content: unknown): string | null {
  const schema = (content as { schema?: unknown } | null)?.schema;
  return typeof schema === 'string' ? schema : null;
}
