import type { Executor } from '@muster/execution';
import type { Bus } from '@muster/messaging';
import type { SshNodePort } from '@muster/remote';
import { Metrics } from '@muster/telemetry';
import type { Pool } from 'pg';

/** What the figures are asked of. */
export interface ExecutorSources {
  readonly executor: Pick<Executor, 'figures'>;
  readonly nodes: Pick<SshNodePort, 'connections'>;
  readonly pool: Pool;
  readonly bus: Pick<Bus, 'isConnected'>;
}

/** The executor's figures. Labels are of closed lists: no name that somebody gives becomes one. */
export class ExecutorMetrics {
  readonly #metrics = new Metrics('executor');
  readonly #executor: ExecutorSources['executor'];
  readonly #leasesLost = this.#metrics.counter(
    'executor_leases_lost_total',
    'Deployments that were taken from this executor: its lease had passed, or the transaction was force-closed.',
  );
  readonly #roundsFailed = this.#metrics.counter(
    'executor_rounds_failed_total',
    'Times that leases could not be renewed or the inbox not be read, since the database did not answer.',
  );
  /** What the counters have been told. */
  #told = { leasesLost: 0, roundsFailed: 0 };

  /** `hasProcess`: this process is the executor's alone, and its memory and event loop are told, too. */
  constructor({ executor, nodes, pool, bus }: ExecutorSources, hasProcess: boolean) {
    this.#executor = executor;
    const metrics = this.#metrics;
    if (hasProcess) metrics.collectProcess();
    metrics.gauge('executor_deployments', 'Deployments that this executor owns.', [], (gauge) =>
      gauge.set(executor.figures().deployments),
    );
    metrics.gauge('executor_attempts_open', 'Attempts of them that have begun and not ended.', [], (gauge) =>
      gauge.set(executor.figures().attemptsOpen),
    );
    metrics.gauge('executor_ssh_connections', 'Open connections to nodes and jump nodes.', [], (gauge) =>
      gauge.set(nodes.connections),
    );
    metrics.gauge(
      'executor_events_unpublished',
      'Stored events that planners were not sent yet.',
      [],
      async (gauge) => {
        const { rows } = await pool.query<{ value: string }>(
          `SELECT coalesce(sum(last_seq - published_seq), 0) AS value FROM executor.deployment WHERE published_seq < last_seq`,
        );
        gauge.set(Number(rows[0]?.value));
      },
    );
    metrics.gauge('executor_deployments_unowned', 'Open deployments that no executor owns now.', [], async (gauge) => {
      const { rows } = await pool.query<{ value: string }>(
        `SELECT count(*) AS value FROM executor.deployment
         WHERE ended_at IS NULL AND (owner IS NULL OR lease_until < clock_timestamp())`,
      );
      gauge.set(Number(rows[0]?.value));
    });
    metrics.gauge('executor_broker_connected', 'Whether the broker is connected: 1 or 0.', [], (gauge) =>
      gauge.set(bus.isConnected ? 1 : 0),
    );
    metrics.gauge('executor_database_connections', 'Connections of the pool, by state.', ['state'], (gauge) => {
      gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      gauge.set({ state: 'idle' }, pool.idleCount);
      // Nobody has one for them.
      gauge.set({ state: 'waited-for' }, pool.waitingCount);
    });
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  text(): Promise<string> {
    const { leasesLost, roundsFailed } = this.#executor.figures();
    this.#leasesLost.inc(leasesLost - this.#told.leasesLost);
    this.#roundsFailed.inc(roundsFailed - this.#told.roundsFailed);
    this.#told = { leasesLost, roundsFailed };
    return this.#metrics.text();
  }
}
