import { catalogue } from '@muster/problems';
import type { JsonObject } from './json';

/** Bytes that the command wrote, whether kept or not. */
export interface OutputSizes {
  readonly stdout: number;
  readonly stderr: number;
}

/**
 * How one attempt ended: written to the log and read back after a crash, so it is data from the start.
 * `detail` is one sentence for people, without secrets.
 */
export type AttemptResult =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly sizes: OutputSizes;
      /** May hold sealed secrets. */
      readonly outputs?: JsonObject;
      /** Why it counts as failed although its code is 0: its outputs are not what is declared. */
      readonly fault?: string;
      /** What it tells of itself, for people. */
      readonly summary?: string;
      /** It made the task's node anew: the fingerprint that the node shows from now on. */
      readonly hostKey?: string;
    }
  | { readonly kind: 'signalled'; readonly signal: string; readonly sizes: OutputSizes }
  /** `confirmed`: the process group is known to be gone. */
  | { readonly kind: 'timed-out'; readonly confirmed: boolean }
  | { readonly kind: 'cancelled'; readonly confirmed: boolean }
  /** No connection, so certainly nothing started. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** The node or the launcher refused; nothing started. `code` is a problem code. */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }
  /** We cannot tell whether it ran. */
  | { readonly kind: 'lost'; readonly detail: string };

/** True only for an exit with code 0 and nothing wrong with its outputs. */
export function isSuccess(result: AttemptResult): boolean {
  return result.kind === 'exited' && result.code === 0 && result.fault === undefined;
}

/** One line for people; where the catalogue knows what to do next, that follows an arrow. */
export function describeResult(result: AttemptResult): string {
  switch (result.kind) {
    case 'exited':
      return `exited with code ${result.code}${result.fault === undefined ? '' : `, but ${result.fault}`}${result.summary === undefined ? '' : `: ${result.summary}`}`;
    case 'signalled':
      return `ended by signal ${result.signal}`;
    case 'timed-out':
      return result.confirmed ? 'timed out and was ended' : `timed out; ${UNCONFIRMED}`;
    case 'cancelled':
      return result.confirmed ? 'cancelled' : `cancelled; ${UNCONFIRMED}`;
    case 'unreachable':
      return `node unreachable: ${result.detail}${whatToDo('NODE_UNREACHABLE')}`;
    case 'refused':
      return `refused (${result.code}): ${result.detail}${whatToDo(result.code)}`;
    case 'lost':
      return `lost: ${result.detail}`;
  }
}

const UNCONFIRMED =
  'could not confirm that it ended -> It may still run: look on the node once it answers, before something else changes what it works on.';

/** Codes come from nodes and old logs, so one may be unknown here. */
function whatToDo(code: string): string {
  const known = Object.entries(catalogue).find(([name]) => name === code);
  return known ? ` -> ${known[1].remedy}` : '';
}
