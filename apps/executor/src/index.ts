/**
 * The executor service: wires `execution` to the broker, the database and SSH, and stops gracefully.
 * Promises to think nothing itself.
 */
export type { ExecutorAppPorts, ExecutorArtifacts, ExecutorConfig } from './executor-ports';
export { type RunningExecutor, startExecutor } from './start-executor';
