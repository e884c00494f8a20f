import { createHash } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace-base';

/** Random ids, but for spans that are asked for by a key: whoever ends what another began gives it the same id. */
export class SpanIds implements IdGenerator {
  #next: string | null = null;

  constructor(private readonly random: IdGenerator) {}

  generateTraceId(): string {
    return this.random.generateTraceId();
  }

  generateSpanId(): string {
    const next = this.#next;
    this.#next = null;
    return next ?? this.random.generateSpanId();
  }

  /** Calls `start`, which starts one span at once, and gives it this id. */
  with<T>(spanId: string, start: () => T): T {
    this.#next = spanId;
    try {
      return start();
    } finally {
      this.#next = null;
    }
  }
}

/** 16 hexadecimal digits, not all of them 0. */
export function spanIdOf(traceId: string, key: string): string {
  const id = createHash('sha256').update(`${traceId} ${key}`).digest('hex').slice(0, 16);
  return /^0+$/.test(id) ? '0000000000000001' : id;
}
