import type { ProcessHost } from './process-host';
import { readConfig, type ServerConfig, type ServiceKind } from './server-config';

/** A started service. */
export interface RunningService {
  /** What the ready line says: `url` of a planner, `id` of an executor, and where that tells its health. */
  readonly ready: { readonly url?: string; readonly id?: string; readonly health?: string };
  /** Takes nothing new, ends what can be ended, and gives everything back. */
  close(): Promise<void>;
}

const START_PATIENCE_MS = 10_000;

export type StartService = (config: ServerConfig) => Promise<RunningService>;

/**
 * Runs a service in the foreground until SIGTERM or SIGINT, then drains; the second signal stops at once. Told to stop
 * while it starts, it gives back what it has opened as soon as it can, and ends at the latest after `START_PATIENCE_MS`:
 * what it waits for may never come.
 * Answers with the exit code. Fails with `ProblemsError` if the configuration is wrong.
 */
export async function runInForeground(kind: ServiceKind, host: ProcessHost, start: StartService): Promise<number> {
  const config = readConfig(kind, host.env, host.cwd);
  let signals = 0;
  let isStarting = true;
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  // From before the start on: a signal while starting must not be lost.
  const stopListening = host.onStopSignal(() => {
    signals += 1;
    if (signals > 1) host.abort(1);
    if (signals === 1 && isStarting) {
      const timer = setTimeout(() => host.abort(0), START_PATIENCE_MS);
      timer.unref();
    }
    stop();
  });
  try {
    const service = await start(config).finally(() => (isStarting = false));
    if (signals === 0) host.print(JSON.stringify({ ready: true, ...service.ready }));
    await stopped;
    await service.close();
    return 0;
  } finally {
    stopListening();
  }
}
