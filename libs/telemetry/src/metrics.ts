import { types } from 'node:util';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { measureEventLoopLag } from './event-loop-lag';

/** Its looks at the event loop are ours. */
const NEVER_MS = 2 ** 31 - 1;
/** How long a question may take; whoever reads waits for some ten seconds. */
const PATIENCE_MS = 3000;

/** Metrics of one service in one registry; names are prefixed `muster_`, durations are in seconds. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #failures: Counter<'metric'>;
  /** One question after another: a reading must not take every connection to the database. */
  #asking: Promise<void> = Promise.resolve();
  /** The last question was not answered in time, and has not been since. */
  #isSilent = false;

  /** `service` becomes a label of every metric. */
  constructor(
    service: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    this.#registry.setDefaultLabels({ service });
    this.#failures = this.counter('metrics_failed_total', 'Times that a metric could not be asked for.', ['metric']);
  }

  /** Adds memory, event loop and file descriptors of the process. At most once a process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: NEVER_MS });
    measureEventLoopLag(this.#registry);
  }

  counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name: `muster_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  /**
   * `collect` is asked at each reading; where it fails, or does not answer in time, the metric is left out of it, and that is
   * counted. One that is an async function asks somebody else: while one of those is not answered the others are not asked.
   */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const ask = (work: () => void | Promise<void>): Promise<void> => this.#ask(work, types.isAsyncFunction(collect));
    const failures = this.#failures;
    return new Gauge({
      name: `muster_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      ...(collect
        ? {
            async collect(this: Gauge<Label>): Promise<void> {
              try {
                await ask(() => collect(this));
              } catch {
                // What cannot be asked now is not told: an old figure would look like a new one.
                this.reset();
                if (labelNames.length === 0) this.remove();
                failures.inc({ metric: `muster_${name}` });
              }
            },
          }
        : {}),
    });
  }

  #ask(work: () => void | Promise<void>, asksOthers: boolean): Promise<void> {
    if (!asksOthers) return Promise.resolve().then(work);
    const asked = this.#asking.then(() => this.#inTime(work));
    this.#asking = asked.catch(() => undefined);
    return asked;
  }

  async #inTime(work: () => void | Promise<void>): Promise<void> {
    if (this.#isSilent) throw new Error('what was asked before is not answered yet');
    const answered = Promise.resolve().then(work);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#isSilent = true;
        const heard = (): void => void (this.#isSilent = false);
        answered.then(heard, heard);
        reject(new Error('not answered in time'));
      }, this.patienceMs);
    });
    await Promise.race([answered, late]).finally(() => clearTimeout(timer));
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
