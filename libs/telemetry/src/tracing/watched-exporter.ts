import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

type Done = Parameters<SpanExporter['export']>[1];

/** From one line about spans that were dropped to the next. */
const TELL_EVERY_MS = 60_000;

/** Counts what a collector did not take, and says so once in a while: it is away for hours, and spans are many. */
export class WatchedExporter implements SpanExporter {
  #dropped = 0;
  #toldAt = -Infinity;

  constructor(
    private readonly inner: SpanExporter,
    private readonly onDropped: (spans: number, reason: string) => void,
  ) {}

  export(spans: ReadableSpan[], done: Done): void {
    this.inner.export(spans, (result) => {
      // 0: taken.
      if (Number(result.code) !== 0)
        this.#drop(spans.length, result.error?.message ?? 'the collector did not take them');
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.inner.forceFlush?.();
  }

  #drop(spans: number, reason: string): void {
    this.#dropped += spans;
    const now = performance.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.onDropped(this.#dropped, reason);
    this.#dropped = 0;
  }
}
