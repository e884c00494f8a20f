import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** A lag that is longer is seen for sure. Node wakes the process so often: with its own 10 ms that is most of what an idle service costs. */
const EVERY_MS = 100;

const READ: Record<string, (lag: IntervalHistogram) => number> = {
  min: (lag) => lag.min,
  max: (lag) => lag.max,
  mean: (lag) => lag.mean,
  p50: (lag) => lag.percentile(50),
  p90: (lag) => lag.percentile(90),
  p99: (lag) => lag.percentile(99),
  stddev: (lag) => lag.stddev,
};

/** Replaces `nodejs_eventloop_lag_*_seconds` of prom-client, which looks too often and adds the time between two looks; since the reading before. */
export function measureEventLoopLag(register: Registry): void {
  const lag = monitorEventLoopDelay({ resolution: EVERY_MS });
  lag.enable();
  for (const [name, read] of Object.entries(READ)) {
    const full = `nodejs_eventloop_lag_${name}_seconds`;
    register.removeSingleMetric(full);
    new Gauge({
      name: full,
      help: `The ${name} of how late timers were.`,
      registers: [register],
      collect() {
        const ns = read(lag) - (name === 'stddev' ? 0 : EVERY_MS * 1e6);
        this.set(lag.count === 0 ? 0 : Math.max(0, ns) / 1e9);
        if (name === 'stddev') lag.reset();
      },
    });
  }
}
