import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of one service in one registry; names are prefixed `muster_`, durations are in seconds. */
export class Metrics {
  readonly #registry = new Registry();

  /** `service` becomes a label of every metric. */
  constructor(service: string) {
    this.#registry.setDefaultLabels({ service });
  }

  /** Adds memory, event loop and file descriptors of the process. At most once a process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name: `muster_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /** `collect` is asked at each reading. */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return new Gauge({
      name: `muster_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      ...(collect
        ? {
            collect() {
              return collect(this);
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
