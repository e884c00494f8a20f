import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FeedEvent, TaskStatus, TransactionStatus } from '@muster/client';
import type { DeploymentStatus, TaskState } from '@muster/model';

type Route = (response: ServerResponse, request: IncomingMessage, body: string) => void;

/** A planner that says what a test tells it to say; routes by `METHOD /path` below `/api/v1`, without the query. */
export class FakePlanner {
  readonly #routes = new Map<string, Route>();
  readonly #feed: FeedEvent[] = [];
  readonly #readers = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => this.#serve(request, response));
  readonly seen: { readonly method: string; readonly url: string; readonly body: string }[] = [];
  url = '';

  static async start(): Promise<FakePlanner> {
    const it = new FakePlanner();
    await new Promise<void>((resolve) => it.#server.listen(0, '127.0.0.1', resolve));
    it.url = `http://127.0.0.1:${(it.#server.address() as AddressInfo).port}`;
    it.route('GET /events', (response, request) => it.#openFeed(response, request));
    return it;
  }

  route(key: string, route: Route): void {
    this.#routes.set(key, route);
  }

  /** Answers with JSON; a function is asked each time. */
  answer(key: string, value: unknown, status = 200): void {
    this.route(key, (response, _request, body) => {
      const told: unknown = typeof value === 'function' ? (value as (body: string) => unknown)(body) : value;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(told));
    });
  }

  refuse(key: string, status: number, code: string): void {
    const problems = [
      { code, severity: 'error', subject: 'it', summary: 'is not possible', remedy: 'Do something else.' },
    ];
    this.answer(key, { status, problems }, status);
  }

  /** Adds an event to the feed, and tells everyone who reads it. */
  happen(type: string, task?: string, data: Record<string, unknown> = {}): void {
    const subject = { transaction: 't1', ...(task === undefined ? {} : { task }) };
    const event: FeedEvent = { number: this.#feed.length + 1, at: '2026-01-02T03:04:05.678Z', type, subject, data };
    this.#feed.push(event);
    for (const reader of this.#readers) reader.write(frame(event));
  }

  /** Breaks every connection that reads the feed. */
  cutFeed(): void {
    for (const reader of this.#readers) reader.destroy();
    this.#readers.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const body = Buffer.concat(parts).toString();
      this.seen.push({ method, url, body });
      const path = decodeURIComponent(new URL(url, this.url).pathname).replace('/api/v1', '');
      const route = this.#routes.get(`${method} ${path}`);
      if (route) route(response, request, body);
      else
        response
          .writeHead(404, { 'content-type': 'application/json' })
          .end(JSON.stringify({ title: `no route ${method} ${path}` }));
    });
  }

  #openFeed(response: ServerResponse, request: IncomingMessage): void {
    const after = Number(request.headers['last-event-id'] ?? 0);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    for (const event of this.#feed.filter((it) => it.number > after)) response.write(frame(event));
    this.#readers.add(response);
  }
}

function frame(event: FeedEvent): string {
  return `id: ${event.number}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A task's state as `status` tells it. */
export function task(state: TaskState, reason: string | null = null): TaskStatus {
  return { state, attempts: 1, exitCode: null, startedAt: null, endedAt: null, reason };
}

/** Transaction `t1` of cluster `a`. */
export function status(state: DeploymentStatus, tasks: Record<string, TaskStatus> = {}): TransactionStatus {
  return {
    transaction: 't1',
    cluster: 'a',
    revision: 1,
    state,
    executor: 'e1',
    graphs: [{ type: 'default', state, deployment: 'd1', tasks }],
    runs: [],
    controls: [],
    startedAt: null,
    endedAt: null,
    who: 'admin',
    why: null,
    expectedMs: 0,
    progress: { total: 0, ended: 0, running: [], failed: [] },
    problems: [],
  };
}
