import { isSuccess, type AttemptResult } from '@muster/model';
import type { NodeReady } from '../ports/node-port';

/** An attempt that this executor starts or follows. */
export interface LiveAttempt {
  readonly id: string;
  readonly machine: string;
  /** What the node was when the attempt started; null until it was asked. */
  recorded: NodeReady | null;
  /** Settles when the start has been answered. */
  started: Promise<void>;
  attaching: boolean;
  /** What runs on the node that was started before, while it is waited for. */
  busyWith: string | null;
  /** Bytes of output that have come from the node, so that a followed attempt goes on where the link broke. */
  readonly received: { stdout: number; stderr: number };
  /** What it was given, opened; nothing that is told of it may show them. */
  secrets: readonly string[];
}

export function liveAttempt(id: string, machine: string): LiveAttempt {
  return {
    ...{ id, machine, recorded: null, started: Promise.resolve(), attaching: false, busyWith: null },
    ...{ received: { stdout: 0, stderr: 0 }, secrets: [] },
  };
}

/** An end that we asked for is told as such; a command that succeeded before it was ended has succeeded. */
export function resultOf(result: AttemptResult, cancelling: 'timeout' | 'cancel' | null): AttemptResult {
  if (cancelling === null || isSuccess(result) || (result.kind !== 'exited' && result.kind !== 'signalled'))
    return result;
  return { kind: endedBy(cancelling), confirmed: true };
}

export function endedBy(cause: 'timeout' | 'cancel'): 'timed-out' | 'cancelled' {
  return cause === 'timeout' ? 'timed-out' : 'cancelled';
}
