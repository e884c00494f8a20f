import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of one service in one registry; names are prefixed `muster_`, durations are in seconds. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #failures: Counter<'metric'>;
  /** One question after another: a reading must not take every connection to the database. */
  #asking: Promise<void> = Promise.resolve();

  /** `service` becomes a label of every metric. */
  constructor(service: string) {
    this.#registry.setDefaultLabels({ service });
    this.#failures = this.counter('metrics_failed_total', 'Times that a metric could not be asked for.', ['metric']);
  }

  /** Adds memory, event loop and file descriptors of the process. At most once a process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name: `muster_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /** `collect` is asked at each reading; where it fails the metric is left out of it, and that is counted. */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const ask = (work: () => Promise<void>): Promise<void> => (this.#asking = this.#asking.then(work));
    const failures = this.#failures;
    return new Gauge({
      name: `muster_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      ...(collect
        ? {
            collect(this: Gauge<Label>): Promise<void> {
              return ask(async () => {
                try {
                  await collect(this);
                } catch {
                  // What cannot be asked now is not told: an old figure would look like a new one.
                  this.reset();
                  if (labelNames.length === 0) this.remove();
                  failures.inc({ metric: `muster_${name}` });
                }
              });
            },
          }
        : {}),
    });
  }

  histogram<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    buckets: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  ): Histogram<Label> {
    return new Histogram({
      name: `muster_${name}`,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.#registry],
    });
  }

  /** Of `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in the exposition format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
