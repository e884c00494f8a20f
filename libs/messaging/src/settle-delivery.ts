import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Handled, Handler } from './bus';

/** How patiently a consumer holds what it cannot handle now. */
export interface RetryPace {
  /** First pause; doubles with each further one. */
  readonly delayMs: number;
  readonly delayMaxMs: number;
  /** How long one consumer keeps a delivery that is to be retried later, before it gives it back and the attempt counts. */
  readonly heldMaxMs: number;
}

export const RETRY_PACE: RetryPace = { delayMs: 100, delayMaxMs: 5_000, heldMaxMs: 60_000 };

/** What to tell the broker. */
export type Settlement =
  | { readonly kind: 'ack'; readonly reply?: Handled['reply'] }
  | { readonly kind: 'requeue'; readonly reason: string }
  | { readonly kind: 'park'; readonly reason: string; readonly reply?: Handled['reply'] };

/**
 * Runs the handler until there is something to tell the broker. Shared by both adapters, so that verdicts mean the same.
 * Fails: never. When `closing` fires, pauses end and what is not done is given back at once.
 */
export async function settleDelivery(
  handler: Handler,
  delivery: Delivery,
  deliveriesMax: number,
  pace: RetryPace,
  closing: AbortSignal,
): Promise<Settlement> {
  const giveBack = (reason: string): Settlement =>
    delivery.attempt >= deliveriesMax
      ? { kind: 'park', reason: `given up after ${delivery.attempt} deliveries: ${reason}` }
      : { kind: 'requeue', reason };
  const pause = (round: number): Promise<unknown> =>
    sleep(Math.min(pace.delayMaxMs, pace.delayMs * 2 ** Math.min(round, 20)), undefined, { signal: closing }).catch(
      () => undefined,
    );

  const heldSince = performance.now();
  for (let round = 0; ; round += 1) {
    let handled: Handled;
    try {
      handled = await handler(delivery);
    } catch (error) {
      const settlement = giveBack(describeError(error));
      if (settlement.kind === 'requeue') await pause(delivery.attempt - 1);
      return settlement;
    }
    const { verdict, reply } = handled;
    switch (verdict.kind) {
      case 'done':
        return { kind: 'ack', reply };
      case 'park':
        return { kind: 'park', reason: verdict.reason, reply };
      case 'retry-later':
        if (closing.aborted || performance.now() - heldSince > pace.heldMaxMs) return giveBack(verdict.reason);
        await pause(round);
    }
  }
}

/** One line about something thrown; the stack belongs in the log only. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
