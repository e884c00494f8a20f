/**
 * Composition: reads the configuration from the environment once, opens database, bus and artifact store, and starts
 * planner and executor on them, alone or together in one process.
 * Promises to hold no rule of its own: what services do is theirs.
 */
export { BROKER_PARTS, brokerDefinitions } from '@muster/messaging';
import { processHost } from './process-host';
import { keepHeapLean } from './lean-heap';
import { runInForeground } from './run-in-foreground';
import type { ServiceKind } from './server-config';
import { startService } from './start-service';

export type { RunningService } from './run-in-foreground';
export { readConfig, type ServerConfig, SERVICE_KINDS, type ServiceKind } from './server-config';
export { startService } from './start-service';

/** Runs a service in this process until it is told to stop; answers with the exit code. */
export function serve(kind: ServiceKind): Promise<number> {
  keepHeapLean();
  return runInForeground(kind, processHost(), startService);
}
