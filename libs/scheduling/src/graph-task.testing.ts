import type { GraphTask } from '@muster/model';

/** A task that runs once, in no limit, and fails its node when it fails. */
export function graphTask(address: string, requires: readonly string[] = [], over: Partial<GraphTask> = {}): GraphTask {
  const [definition = '', node = ''] = address.split('@');
  return {
    ...{ task: address, definition, node, requires, type: 'shell', action: 'run', parameters: {} },
    ...{ reason: { code: 'new', text: 'new' }, limit: null, limits: [], expectedMs: null },
    ...{ retries: { count: 0, delayMs: 0, backoff: 1 }, timeoutMs: 60_000, onFailure: 'fail', idempotent: false },
    ...{ outputs: null, files: [] },
    ...over,
  };
}
