import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind as Kind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../logger';
import { currentScope, withScope } from '../scope';
import { SpanIds, spanIdOf } from './span-ids';
import { formatTraceparent, parseTraceparent, type TraceContext } from './traceparent';
import { NO_TRACING, type OpenSpan, type PastSpan, type SpanAttributes, type SpanWish, type Tracing } from './tracing';
import { WatchedExporter } from './watched-exporter';

export interface OtelOptions {
  /** Where `OTEL_SERVICE_NAME` does not say otherwise. */
  readonly service: string;
  /** Of this process, among others of its service. */
  readonly instance: string;
  readonly protocol: 'http/json' | 'http/protobuf';
  readonly log: Logger;
}

/** How long a stop waits for the collector. */
const CLOSE_MS = 2000;
/** A message of an error is for people, and may hold what a program printed. */
const FAILURE_CHARS_MAX = 500;

const KINDS = { internal: Kind.INTERNAL, server: Kind.SERVER, producer: Kind.PRODUCER, consumer: Kind.CONSUMER };

/** Tracing by the OpenTelemetry SDK, which reads the variables `OTEL_*` by itself; it is loaded only here. */
export class OtelTracing implements Tracing {
  readonly #tracer: Tracer;

  private constructor(
    private readonly ids: SpanIds,
    private readonly provider: BasicTracerProvider,
  ) {
    this.#tracer = provider.getTracer('muster');
  }

  static async load({ service, instance, protocol, log }: OtelOptions): Promise<OtelTracing> {
    const [sdk, resources, { OTLPTraceExporter }] = await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/resources'),
      protocol === 'http/json'
        ? import('@opentelemetry/exporter-trace-otlp-http')
        : import('@opentelemetry/exporter-trace-otlp-proto'),
    ]);
    const none = (): void => undefined;
    diag.setLogger(
      {
        error: (text) => log.warn({ reason: text }, 'tracing'),
        warn: (text) => log.debug({ reason: text }, 'tracing'),
        ...{ info: none, debug: none, verbose: none },
      },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const exporter = new WatchedExporter(new OTLPTraceExporter(), (spans, reason) =>
      log.warn({ spans, reason }, 'the collector does not take spans; they are dropped'),
    );
    const own = resources.resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance });
    const ids = new SpanIds(new sdk.RandomIdGenerator());
    const provider = new sdk.BasicTracerProvider({
      resource: own.merge(resources.detectResources({ detectors: [resources.envDetector] })),
      spanProcessors: [new sdk.BatchSpanProcessor(exporter)],
      idGenerator: ids,
    });
    return new OtelTracing(ids, provider);
  }

  span<T>(wish: SpanWish, work: (span: OpenSpan) => Promise<T>): Promise<T> {
    return this.open(wish, async (span, end) => {
      try {
        return await work(span);
      } catch (error) {
        span.fail(error instanceof Error ? error.message : String(error));
        throw error;
      } finally {
        end();
      }
    });
  }

  open<T>(wish: SpanWish, work: (span: OpenSpan, end: () => void) => T): T {
    const { traceparent } = currentScope();
    const parent = traceparent === undefined ? null : parseTraceparent(traceparent);
    if (parent === null && wish.kind !== 'server') return NO_TRACING.open(wish, work);
    const span = this.#start(wish, parent);
    const within = formatTraceparent(contextOf(span));
    return withScope({ traceparent: within }, () => work(measured(span), () => span.end()));
  }

  record({ key, parent, startedAt, endedAt, failure, moments = [], ...wish }: PastSpan): void {
    const above = parseTraceparent(parent);
    if (above === null) return;
    const span = this.ids.with(spanIdOf(above.traceId, key), () => this.#start(wish, above, startedAt));
    for (const { name, at, attributes } of moments) span.addEvent(name, plain(attributes), new Date(at));
    if (failure !== undefined) measured(span).fail(failure);
    span.end(new Date(Math.max(endedAt, startedAt)));
  }

  within(parent: string, key: string): string {
    const above = parseTraceparent(parent);
    return above === null ? parent : formatTraceparent({ ...above, spanId: spanIdOf(above.traceId, key) });
  }

  async close(): Promise<void> {
    const closed = this.provider.shutdown().catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_MS)))]);
    clearTimeout(timer);
  }

  #start(
    { name, kind = 'internal', attributes = {} }: SpanWish,
    parent: TraceContext | null,
    startTime?: number,
  ): Span {
    const above =
      parent === null
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            ...{ traceId: parent.traceId, spanId: parent.spanId, isRemote: true },
            traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
          });
    const options = { kind: KINDS[kind], attributes: plain(attributes) };
    return this.#tracer.startSpan(
      name,
      startTime === undefined ? options : { ...options, startTime: new Date(startTime) },
      above,
    );
  }
}

function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
}

function measured(span: Span): OpenSpan {
  return {
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes(plain(attributes)),
    fail: (text) => void span.setStatus({ code: SpanStatusCode.ERROR, message: text.slice(0, FAILURE_CHARS_MAX) }),
  };
}

function plain(attributes: SpanAttributes): Record<string, string | number | boolean> {
  const known = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return Object.fromEntries(known) as Record<string, string | number | boolean>;
}
