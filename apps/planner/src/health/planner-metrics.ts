import type { Verdict } from '@muster/messaging';
import { Metrics } from '@muster/telemetry';
import type { RequestHandler } from 'express';
import type { DataSource } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';

/** The planner's figures. */
export class PlannerMetrics {
  readonly #metrics = new Metrics('planner');
  readonly #requests = this.#metrics.histogram('http_seconds', 'Duration of HTTP requests, streams left out.', [
    'method',
    'status',
  ]);
  readonly #messages = this.#metrics.counter('messages_total', 'Messages handled, by what became of them.', [
    'kind',
    'verdict',
  ]);

  constructor(database: DataSource) {
    this.#metrics.collectProcess();
    this.#metrics.gauge('transactions', 'Transactions that have not ended, by state.', ['state'], async (gauge) => {
      gauge.reset();
      const rows = await rowsOf<{ state: string; count: string }>(
        database.manager,
        'SELECT state, count(*) AS count FROM planner.transaction WHERE ended_at IS NULL GROUP BY state',
      );
      for (const { state, count } of rows) gauge.set({ state }, Number(count));
    });
    this.#metrics.gauge('commands_waiting', 'Commands that no executor has answered yet.', [], async (gauge) => {
      const row = await rowOf<{ count: string }>(
        database.manager,
        'SELECT count(*) AS count FROM planner.outgoing WHERE answered_at IS NULL',
      );
      gauge.set(Number(row?.count ?? 0));
    });
    const single = (name: string, help: string, sql: string) =>
      this.#metrics.gauge(name, help, [], async (gauge) =>
        gauge.set(Number((await rowOf<{ value: string | null }>(database.manager, sql))?.value ?? 0)),
      );
    single(
      'operations_open',
      'Requests that are being carried out, and controls that no executor has read.',
      'SELECT count(*) AS value FROM planner.operation WHERE ended_at IS NULL',
    );
    single('feed_number', 'Number of the last event.', 'SELECT last AS value FROM planner.feed_sequence WHERE "only"');
    single(
      'feed_unpublished',
      'Events that the topic exchange has not been told yet.',
      `SELECT greatest(0, s.last - c.last) AS value FROM planner.feed_sequence s, planner.feed_cursor c
       WHERE s."only" AND c.name = 'exchange'`,
    );
    single(
      'webhook_events_behind_max',
      'How many numbers the active webhook that is furthest behind has yet to pass.',
      `SELECT max(s.last - w.last) AS value FROM planner.webhook w, planner.feed_sequence s
       WHERE s."only" AND w.state = 'active'`,
    );
    this.#metrics.gauge('webhooks', 'Webhooks, by state.', ['state'], async (gauge) => {
      gauge.reset();
      const rows = await rowsOf<{ state: string; count: string }>(
        database.manager,
        `SELECT CASE WHEN state = 'active' AND failures > 0 THEN 'failing' ELSE state END AS state, count(*) AS count
         FROM planner.webhook GROUP BY 1`,
      );
      for (const { state, count } of rows) gauge.set({ state }, Number(count));
    });
  }

  /** Measures requests; streams are open for as long as their reader likes, so they are left out. */
  observe(): RequestHandler {
    return (request, response, next) => {
      const end = this.#requests.startTimer({ method: request.method });
      response.once('finish', () => {
        const type = response.getHeader('content-type');
        if (!String(type).startsWith('text/event-stream')) end({ status: response.statusCode });
      });
      next();
    };
  }

  /** Counts what became of a message. */
  countMessage(kind: 'events' | 'output', verdict: Verdict): void {
    this.#messages.inc({ kind, verdict: verdict.kind });
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  text(): Promise<string> {
    return this.#metrics.text();
  }
}
