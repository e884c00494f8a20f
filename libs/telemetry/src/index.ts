/**
 * Logs, metrics and traces: the only place that knows their formats on the wire.
 * Promises that no line holds a secret under a key that says so, and to write nothing to stdout.
 */
export { createLogger, isLogLevel, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from './logger';
export { Metrics } from './metrics';
export { NestLogger } from './nest-logger';
export { aroundMessage, scopeHeaders, scopeOfHeaders } from './message-scope';
export { currentScope, type Scope, scopeFields, withoutScope, withScope } from './scope';
export { isTracingConfigured, openTracing } from './tracing/open-tracing';
export { parseTraceparent, type TraceContext } from './tracing/traceparent';
export {
  NO_TRACING,
  type OpenSpan,
  type PastSpan,
  type SpanAttributes,
  type SpanWish,
  type Tracing,
} from './tracing/tracing';
