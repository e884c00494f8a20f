import type { Bus, Verdict } from '@muster/messaging';
import { type DeploymentEvent, isSuccess } from '@muster/model';
import { TOPOLOGY } from '@muster/protocol';
import { Metrics } from '@muster/telemetry';
import type { RequestHandler } from 'express';
import type { DataSource } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';

/** Minutes and hours, too. */
const LONG_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** Attempts whose end is waited for to measure them; beyond, the oldest are not measured. */
const BEGUN_MAX = 20_000;
const keyOf = (deployment: string, task: string, attempt: number): string => `${deployment} ${task} ${attempt}`;

const WORK_QUEUES = TOPOLOGY.queues.filter((queue) => queue.kind === 'work');

/** The planner's figures. Labels are of closed lists: no name that somebody gives becomes one. */
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

  readonly #takeovers = this.#metrics.counter(
    'takeovers_total',
    'Deployments that another executor went on with: after a lost lease, a death or a stop.',
  );
  readonly #attempts = this.#metrics.counter('attempts_total', 'Attempts that ended, by what they came to.', [
    'result',
  ]);
  readonly #attemptSeconds = this.#metrics.histogram(
    'attempt_seconds',
    'Duration of attempts whose beginning was told to this planner, too.',
    [],
    LONG_SECONDS,
  );
  readonly #begun = new Map<string, number>();
  readonly #plans = this.#metrics.histogram(
    'plan_seconds',
    'Duration of planning one graph.',
    ['outcome'],
    LONG_SECONDS,
  );

  constructor(database: DataSource, bus: Pick<Bus, 'countWaiting' | 'isConnected'>) {
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
    single(
      'commands_oldest_seconds',
      'Age of the oldest command that no executor has answered yet.',
      `SELECT extract(epoch FROM now() - min(created_at)) AS value FROM planner.outgoing WHERE answered_at IS NULL`,
    );
    single(
      'feed_unnumbered',
      'Events that have not been given their number yet.',
      'SELECT count(*) AS value FROM planner.feed_event WHERE number IS NULL',
    );
    single(
      'feed_unpublished_oldest_seconds',
      'Age of the oldest event that the topic exchange has not been told yet.',
      `SELECT extract(epoch FROM now() - e.recorded_at) AS value FROM planner.feed_event e
       WHERE e.number > (SELECT last FROM planner.feed_cursor WHERE name = 'exchange') ORDER BY e.number LIMIT 1`,
    );
    single(
      'deployments_silent_seconds_max',
      'For how long the running deployment that is silent longest has told nothing.',
      `SELECT extract(epoch FROM now() - min(heard_at)) AS value FROM planner.deployment
       WHERE ended_at IS NULL AND state = 'running'`,
    );
    this.#metrics.gauge('tasks', 'Tasks of deployments that have not ended, by state.', ['state'], async (gauge) => {
      gauge.reset();
      const rows = await rowsOf<{ state: string; count: string }>(
        database.manager,
        `SELECT t.state, count(*) AS count FROM planner.deployment d JOIN planner.task t ON t.deployment_id = d.id
         WHERE d.ended_at IS NULL GROUP BY t.state`,
      );
      for (const { state, count } of rows) gauge.set({ state }, Number(count));
    });
    this.#metrics.gauge('dead_letters', 'Messages that could not be handled, by queue.', ['queue'], async (gauge) => {
      gauge.reset();
      for (const { deadLetters } of WORK_QUEUES) gauge.set({ queue: deadLetters }, await bus.countWaiting(deadLetters));
    });
    this.#metrics.gauge('broker_connected', 'Whether the broker is connected: 1 or 0.', [], (gauge) =>
      gauge.set(bus.isConnected ? 1 : 0),
    );
    this.#metrics.gauge('database_connections', 'Connections of the pool, by state.', ['state'], (gauge) => {
      const { totalCount, idleCount, waitingCount } = poolOf(database);
      gauge.set({ state: 'busy' }, totalCount - idleCount);
      gauge.set({ state: 'idle' }, idleCount);
      // Nobody has one for them.
      gauge.set({ state: 'waited-for' }, waitingCount);
    });
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

  /** Counts what executors tell of attempts and owners. Of events that come twice the second is counted, too. */
  countEvents(deployment: string, events: readonly DeploymentEvent[]): void {
    for (const event of events) {
      if (event.type === 'owner-changed' && event.epoch > 1) this.#takeovers.inc();
      if (event.type === 'attempt-started') this.#begun.set(keyOf(deployment, event.task, event.attempt), event.at);
      if (event.type !== 'attempt-ended') continue;
      this.#attempts.inc({ result: isSuccess(event.result) ? 'succeeded' : event.result.kind });
      const key = keyOf(deployment, event.task, event.attempt);
      const began = this.#begun.get(key);
      this.#begun.delete(key);
      if (began !== undefined) this.#attemptSeconds.observe(Math.max(0, event.at - began) / 1000);
    }
    // The oldest first, since maps keep the order: their ends never came here.
    for (const key of this.#begun.keys()) {
      if (this.#begun.size <= BEGUN_MAX) break;
      this.#begun.delete(key);
    }
  }

  /** Measures plans. */
  planned(seconds: number, outcome: 'made' | 'problems' | 'failed'): void {
    this.#plans.observe({ outcome }, seconds);
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

interface PoolFigures {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** TypeORM does not tell of its pool; it is that of `pg`. */
function poolOf(database: DataSource): PoolFigures {
  return (database.driver as unknown as { readonly master: PoolFigures }).master;
}
