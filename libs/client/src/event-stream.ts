import { ProblemsError } from '@muster/problems';
import { ApiError, ServerUnreachable } from './client-error';
import { type Connection, pause, type RequestOptions } from './connection';
import { type SseEvent, SseParser } from './sse-parser';

export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** Resume after this id. */
  readonly lastEventId?: string;
  /** Called before each wait for another try, with the reason of the last failure. */
  readonly onReconnect?: (error: ServerUnreachable, tries: number) => void;
  /** Gives up with the last failure after this many failed tries in a row. Default 30 (about two minutes). */
  readonly triesMax?: number;
  /** Silence after which the connection counts as dead; the server sends heartbeats more often. Default 60,000. */
  readonly silenceMsMax?: number;
}

/**
 * Server-sent events of `path`, across lost connections: resumes with Last-Event-ID, so that nothing is missed and
 * nothing comes twice as long as the server honours it. Ends only when the reader stops reading.
 * Fails: `ApiError` when refused, `ServerUnreachable` after `triesMax` failures in a row, the signal's reason when aborted.
 */
export async function* follow(
  connection: Connection,
  path: string,
  query: NonNullable<RequestOptions['query']>,
  options: FollowOptions = {},
): AsyncGenerator<SseEvent> {
  let lastId = options.lastEventId ?? '';
  let failures = 0;
  for (;;) {
    const silence = new Silence(options.silenceMsMax ?? 60_000, options.signal);
    try {
      const headers: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId };
      const body = await connection.stream(path, { query, headers, signal: silence.signal });
      const parser = new SseParser(lastId);
      const decoder = new TextDecoder();
      for await (const piece of body) {
        silence.broken();
        failures = 0;
        for (const event of parser.push(decoder.decode(piece, { stream: true }))) {
          lastId = event.id;
          yield event;
        }
      }
      // A closed stream is a server that restarts: come back, but not in a tight loop.
      await pause(backoffMs(1), options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      // A token that cannot be had is no lost connection.
      if (error instanceof ProblemsError || (error instanceof ApiError && error.status < 500)) throw error;
      const failure =
        error instanceof ServerUnreachable ? error : new ServerUnreachable(connection.server, { cause: error });
      failures += 1;
      if (failures > (options.triesMax ?? 30)) throw error instanceof ApiError ? error : failure;
      options.onReconnect?.(failure, failures);
      await pause(backoffMs(failures), options.signal);
    } finally {
      silence.end();
    }
  }
}

function backoffMs(failures: number): number {
  return Math.min(250 * 2 ** (failures - 1), 5_000);
}

/** Aborts its signal when nothing was heard for a while, or when the outer signal is aborted. */
class Silence {
  readonly #controller = new AbortController();
  readonly #onAbort = () => this.#controller.abort(this.outer?.reason);
  #timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly msMax: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.#timer = this.#start();
    if (outer?.aborted) this.#onAbort();
    outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener('abort', this.#onAbort);
    // Closes the connection when the reader stopped early.
    this.#controller.abort();
  }

  #start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#controller.abort(new Error(`silent for ${this.msMax} ms`)), this.msMax);
  }
}
