import type { Handled } from '@muster/messaging';
import type { RequestHandler } from 'express';
import type { DataSource } from 'typeorm';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { rowOf, rowsOf } from '../database/sql';

/** The planner's figures. A registry of its own, since one process may hold several services. */
export class PlannerMetrics {
  readonly #registry = new Registry();
  private readonly requests = new Histogram({
    name: 'muster_planner_http_seconds',
    help: 'Duration of HTTP requests, streams left out.',
    labelNames: ['method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.#registry],
  });
  private readonly messages = new Counter({
    name: 'muster_planner_messages_total',
    help: 'Messages handled, by what became of them.',
    labelNames: ['queue', 'verdict'],
    registers: [this.#registry],
  });

  constructor(database: DataSource) {
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'muster_planner_transactions',
      help: 'Transactions that have not ended, by state.',
      labelNames: ['state'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        const rows = await rowsOf<{ state: string; count: string }>(
          database.manager,
          'SELECT state, count(*) AS count FROM planner.transaction WHERE ended_at IS NULL GROUP BY state',
        );
        for (const { state, count } of rows) this.set({ state }, Number(count));
      },
    });
    new Gauge({
      name: 'muster_planner_commands_waiting',
      help: 'Commands that no executor has answered yet.',
      registers: [this.#registry],
      async collect() {
        const row = await rowOf<{ count: string }>(
          database.manager,
          'SELECT count(*) AS count FROM planner.outgoing WHERE answered_at IS NULL',
        );
        this.set(Number(row?.count ?? 0));
      },
    });
  }

  /** Measures requests; streams are open for as long as their reader likes, so they are left out. */
  observe(): RequestHandler {
    return (request, response, next) => {
      const end = this.requests.startTimer({ method: request.method });
      response.once('finish', () => {
        if (response.getHeader('content-type')?.toString().startsWith('text/event-stream') !== true)
          end({ status: response.statusCode });
      });
      next();
    };
  }

  /** Counts what became of a message, and hands it on. */
  judged(queue: string, handled: Handled): Handled {
    this.messages.inc({ queue, verdict: handled.verdict.kind });
    return handled;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  print(): Promise<string> {
    return this.#registry.metrics();
  }
}
