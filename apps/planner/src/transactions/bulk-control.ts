import { type Problem, ProblemsError } from '@muster/problems';
import { uuidOf } from '../http/new-id';
import type { Operations } from '../operations/operations';
import type { PlannerNudges } from '../running/planner-nudges';
import { controlAndWait } from './control-and-wait';
import type { ControlParts, ControlWish } from './control-transaction';

/** Commands that are waited for at once. */
const AT_ONCE = 8;

export interface BulkResult {
  readonly transaction: string;
  readonly command: string | null;
  readonly effect: 'taken' | 'pending' | 'refused';
  readonly problems: readonly Problem[];
}

/**
 * Controls many transactions, each by itself: what stands in the way of one is told of that one, and stops no other. Each
 * command has an id made of `command` and its transaction, so that the same request again changes nothing.
 */
export async function bulkControl(
  parts: ControlParts & { readonly nudges: PlannerNudges; readonly operations: Operations },
  about: { readonly project: string; readonly transactions: readonly string[]; readonly command: string },
  { verb, reason }: Pick<ControlWish, 'verb' | 'reason'>,
  who: string,
): Promise<readonly BulkResult[]> {
  const results = new Map<string, BulkResult>();
  const left = [...about.transactions];
  const one = async (transaction: string): Promise<BulkResult> => {
    const id = uuidOf(`${about.command}\n${transaction}`);
    const { project } = about;
    const wish: ControlWish = { verb, reason, tasks: null, limit: null, event: null };
    try {
      const { command, effect } = await parts.operations.run(
        { id, project, name: 'controlTransaction', who, subject: { transaction } },
        () => controlAndWait(parts, { project, transaction }, id, wish, who),
      );
      return { transaction, command, effect, problems: [] };
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      return { transaction, command: null, effect: 'refused', problems: error.problems };
    }
  };
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results.set(next, await one(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return about.transactions.flatMap((transaction) => results.get(transaction) ?? []);
}
