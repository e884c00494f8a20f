import type { DeploymentStatus } from '@muster/model';

/** What the exit code of `muster` tells; public, so it changes only with a version. */
export const ExitCode = {
  success: 0,
  /** Usage or local error. */
  error: 1,
  /** Only with `--detailed-exitcode`. */
  planHasChanges: 2,
  failed: 3,
  /** By fault tolerance or a guard. */
  stopped: 4,
  cancelled: 5,
  /** Running, paused or draining when the wait ended. */
  unfinished: 6,
  unreachable: 7,
  /** Permission, claim or stale plan. */
  refused: 8,
  /** Succeeded with skips or tolerated failures. */
  succeededPartly: 9,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The exit code that a state stands for when a wait ends with it. */
export function exitCodeOf(state: DeploymentStatus): ExitCode {
  switch (state) {
    case 'succeeded':
      return ExitCode.success;
    case 'succeeded-with-skips':
    case 'succeeded-with-failures':
      return ExitCode.succeededPartly;
    case 'failed':
      return ExitCode.failed;
    case 'stopped':
      return ExitCode.stopped;
    case 'cancelled':
      return ExitCode.cancelled;
    case 'pending':
    case 'running':
    case 'paused':
    case 'draining':
      return ExitCode.unfinished;
  }
}

/** The exit code for a request that was refused with an HTTP status. */
export function exitCodeOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403 || status === 409) return ExitCode.refused;
  if (status === 502 || status === 503 || status === 504) return ExitCode.unreachable;
  return ExitCode.error;
}
