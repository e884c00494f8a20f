import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { advanceTransaction, findDueTransaction } from './advance-transaction';
import type { StartParts } from './start-transaction';

/** Sends the next graph of each transaction whose last one succeeded. */
export function advanceTransactions(
  parts: StartParts,
  nudges: PlannerNudges,
  onFailure: (error: unknown) => void,
): { close(): Promise<void> } {
  const loop = new Loop({
    onFailure,
    turn: async () => {
      const due = await findDueTransaction(parts);
      if (due === null) return false;
      await advanceTransaction(parts, due);
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
