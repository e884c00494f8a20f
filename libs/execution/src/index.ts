/**
 * The dull shell around `scheduling`: receive, apply, decide, store, perform, recover; and the ports it needs.
 * Promises to decide nothing but timing, and to know neither RabbitMQ nor PostgreSQL nor SSH.
 */
export { Executor, RENEW_PART, type ExecutorFigures, type ExecutorOptions } from './executor';
export { targetOf, targetsOf } from './node-target-of';
export * from './ports/clock';
export * from './ports/deployment-store';
export type { ExecutorPorts, SentGraph } from './ports/executor-ports';
export * from './ports/node-inspector';
export * from './ports/node-port';
export * from './ports/node-shell';
export * from './ports/publishing';
export type { ExecutionSpan, ExecutionTracing } from './ports/tracing';
export { type PowerAnswer, powerNode, type PowerQuestion } from './power-node';
export { NotReadNow } from './read-log';
export { compileOperation, EXECUTABLE_TASK_TYPES } from './task-types/compile-operation';
