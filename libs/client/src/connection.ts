import { ApiError, ServerUnreachable } from './client-error';
import { parseJson, readApiError, strangeAnswer } from './problem-details';

/** Where the server is, and who asks. */
export interface ConnectionOptions {
  /** `http://127.0.0.1:7070`; a path is kept, a trailing slash is not. */
  readonly server: string;
  /** Bearer token; null sends none. A function is asked before each request, since tokens end while somebody waits. */
  readonly token: string | null | (() => Promise<string | null>);
  /** The project that every request is about; absent: the server's default one. */
  readonly project?: string | undefined;
  /** Why writes are asked for, for the record. */
  readonly reason?: string | undefined;
  /** Longest wait for an answer; streams are not bounded by it. Default 120,000. */
  readonly timeoutMs?: number;
  /** Waits between tries of a request that got no answer, or 502, 503 or 504. Default 200 and 800. */
  readonly retryDelaysMs?: readonly number[];
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: { readonly bytes: Uint8Array; readonly contentType: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Answers that a proxy or a starting server gives: trying again makes sense. */
const PASSING = new Set([502, 503, 504]);
const RUNNING_DELAY_MS = 500;

/**
 * Sends requests to one server. Each write draws one Idempotency-Key and keeps it across its retries, so that a write
 * whose answer was lost takes effect once.
 * Fails: `ApiError` when refused, `ServerUnreachable` when no answer came, the signal's reason when aborted.
 */
export class Connection {
  readonly server: string;
  readonly #token: ConnectionOptions['token'];
  readonly #project: string | undefined;
  readonly #reason: string | undefined;
  readonly #timeoutMs: number;
  readonly #retryDelaysMs: readonly number[];

  constructor(options: ConnectionOptions) {
    this.server = options.server.replace(/\/+$/, '');
    this.#token = options.token;
    this.#project = options.project;
    this.#reason = options.reason;
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#retryDelaysMs = options.retryDelaysMs ?? [200, 800];
  }

  /** The answer's JSON; undefined for an empty answer. The caller names the type that the route promises. */
  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const { status, contentType, text } = await this.#send(method, path, options);
    if (text === '') return undefined as T;
    const value = parseJson(text);
    if (value === null) throw new ApiError(status, [strangeAnswer(status, contentType, text)]);
    return value as T;
  }

  /** The answer as text. */
  async text(method: Method, path: string, options: RequestOptions = {}): Promise<string> {
    return (await this.#send(method, path, options)).text;
  }

  /** Opens a stream of server-sent events; one try. */
  async stream(path: string, options: RequestOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: 'text/event-stream', ...options.headers };
    const response = await this.#once('GET', path, { ...options, headers }, options.signal);
    const contentType = response.headers.get('content-type') ?? '';
    if (!response.ok || !contentType.startsWith('text/event-stream') || !response.body) {
      throw readApiError(response.status, contentType, await this.#read(response));
    }
    return response.body;
  }

  /** The answer's bytes as they arrive; one try. `digest` is what the server says of them (RFC 9530), null if nothing. */
  async download(
    path: string,
    options: RequestOptions = {},
  ): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly digest: string | null }> {
    const response = await this.#once('GET', path, options, options.signal);
    const contentType = response.headers.get('content-type') ?? '';
    if (!response.ok || !response.body) throw readApiError(response.status, contentType, await this.#read(response));
    return { body: response.body, digest: response.headers.get('repr-digest') };
  }

  async #send(
    method: Method,
    path: string,
    options: RequestOptions,
  ): Promise<{ status: number; contentType: string; text: string }> {
    const key: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': globalThis.crypto.randomUUID() };
    const sent = { ...options, headers: { accept: 'application/json', ...key, ...options.headers } };
    const until = Date.now() + this.#timeoutMs;
    for (let tries = 0; ; tries++) {
      const delayMs = this.#retryDelaysMs[tries];
      try {
        const timeout = AbortSignal.timeout(this.#timeoutMs);
        const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
        const response = await this.#once(method, path, sent, signal);
        const text = await this.#read(response);
        const contentType = response.headers.get('content-type') ?? '';
        if (response.ok) return { status: response.status, contentType, text };
        const refusal = readApiError(response.status, contentType, text);
        if (refusal.has('API_IDEMPOTENCY_RUNNING') && tries > 0 && Date.now() < until) {
          // An earlier try of ours is still being handled; its answer will be kept under our key.
          await pause(RUNNING_DELAY_MS, options.signal);
          continue;
        }
        if (delayMs === undefined || !PASSING.has(response.status)) throw refusal;
      } catch (error) {
        options.signal?.throwIfAborted();
        if (delayMs === undefined || !(error instanceof ServerUnreachable)) throw error;
      }
      await pause(delayMs, options.signal);
    }
  }

  async #once(
    method: Method,
    path: string,
    options: RequestOptions,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(options.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = { ...options.headers };
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token;
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    if (this.#project !== undefined) headers['muster-project'] = this.#project;
    if (this.#reason !== undefined && method !== 'GET') headers['muster-reason'] = encodeURIComponent(this.#reason);
    // Redirects are not followed: the token is meant for this server only.
    const init: RequestInit = { method, headers, redirect: 'manual' };
    if (signal) init.signal = signal;
    if (options.json !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(options.json);
    } else if (options.body) {
      headers['content-type'] = options.body.contentType;
      init.body = options.body.bytes;
    }
    return this.#reaching(() => fetch(url, init));
  }

  #read(response: Response): Promise<string> {
    return this.#reaching(() => response.text());
  }

  async #reaching<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (cause) {
      throw new ServerUnreachable(this.server, { cause });
    }
  }
}

/** Waits; ends early with the signal's reason when it is aborted. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
