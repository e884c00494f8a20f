/**
 * Why a message was not taken, or a reply did not come.
 * - `disconnected`: no connection, or it was lost before the broker answered. The message may have been taken.
 * - `timeout`: the broker or the handler did not answer in time. The message may have been taken, and handled.
 * - `unroutable`: there is no such queue.
 * - `refused`: the broker said no: the queue is full.
 * - `too-large`: more than a message may carry; send it as an artifact.
 * - `malformed`: what came as the reply is none. The message was taken, and may have been handled.
 * - `closed`: this bus was closed.
 */
export type BusFailure = 'disconnected' | 'timeout' | 'unroutable' | 'refused' | 'too-large' | 'malformed' | 'closed';

export class BusError extends Error {
  constructor(
    readonly failure: BusFailure,
    text: string,
    options?: ErrorOptions,
  ) {
    super(text, options);
    this.name = 'BusError';
  }

  /** Sending the same message again, with the same id, makes sense. */
  get isTransient(): boolean {
    return this.failure !== 'too-large' && this.failure !== 'closed';
  }
}

/** Of a request whose reply makes no sense. */
export function malformedReply(what: string): BusError {
  return new BusError('malformed', `what came from ${what} as a reply is none`);
}
