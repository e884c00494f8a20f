/**
 * Logs and metrics: the only place that knows their formats on the wire.
 * Promises that no line holds a secret under a key that says so, and to write nothing to stdout.
 */
export { createLogger, isLogLevel, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from './logger';
export { Metrics } from './metrics';
export { NestLogger } from './nest-logger';
