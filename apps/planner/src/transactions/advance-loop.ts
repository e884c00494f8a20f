import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { advanceTransaction, findDueTransaction } from './advance-transaction';
import type { StartParts } from './start-transaction';

/** How long a transaction rests that could not be gone on with for once, by how often in a row, in milliseconds. */
const REST_MS = [1000, 4000, 15_000, 60_000];

/** Those that could not be gone on with, for a reason that is nobody's answer: they let the others pass. */
class Resting {
  readonly #failures = new Map<string, { readonly times: number; readonly until: number }>();

  now(): string[] {
    const now = performance.now();
    return [...this.#failures].filter(([, { until }]) => until > now).map(([id]) => id);
  }

  failed(id: string): void {
    const times = (this.#failures.get(id)?.times ?? 0) + 1;
    const restMs = REST_MS[Math.min(times, REST_MS.length) - 1] ?? 0;
    this.#failures.set(id, { times, until: performance.now() + restMs });
  }

  forget(id: string): void {
    this.#failures.delete(id);
  }

  /** Nothing is due that does not rest: what no longer rests was gone on with elsewhere, or has ended. */
  forgetOthers(resting: readonly string[]): void {
    for (const id of this.#failures.keys()) if (!resting.includes(id)) this.#failures.delete(id);
  }
}

/**
 * Sends the next graph of each transaction whose last one succeeded, the oldest first. One that fails for a reason that is nobody's
 * answer, such as a database that is away, is tried again after a rest, and meanwhile younger ones are gone on with.
 */
export function advanceTransactions(
  parts: StartParts,
  nudges: PlannerNudges,
  onFailure: (error: unknown) => void,
): { close(): Promise<void> } {
  const resting = new Resting();
  const loop = new Loop({
    onFailure,
    turn: async () => {
      const others = resting.now();
      const due = await findDueTransaction(parts, others);
      if (due === null) {
        resting.forgetOthers(others);
        return false;
      }
      try {
        await advanceTransaction(parts, due);
      } catch (error) {
        resting.failed(due);
        onFailure(error);
        return true;
      }
      resting.forget(due);
      nudges.nudge('recorded');
      nudges.nudge('outgoing');
      return true;
    },
  });
  const off = nudges.on('advance', () => loop.nudge());
  return {
    close: () => {
      off();
      return loop.close();
    },
  };
}
