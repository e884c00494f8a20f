import type { Command } from 'commander';
import { sendControl } from '../control/send-control';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { shortList } from '../io/short-list';
import { table } from '../io/table';
import { usageProblem } from '../usage-problem';

/** `limit`: shows the limits of what runs, or changes one. */
export function defineLimitCommand(run: Run, program: Command): void {
  const limit = program
    .command('limit <transaction> [key] [amount]')
    .description(
      'show the limits of the graph that runs and who holds them; with a key (nodes, definition:NAME, role:NAME) and a number: change one, at once, for this run',
    );
  act<{ readonly reason?: string }>(run, limit, async (session, { reason }, [transaction = '', key, amount]) => {
    if (key !== undefined && amount !== undefined) {
      if (!/^[1-9][0-9]{0,6}$/.test(amount))
        throw usageProblem('limit', `"${amount}" is no number of slots`, 'Give a whole number of at least 1.');
      const change = { limit: { key, amount: Number(amount) } };
      return sendControl(session, transaction, 'set-limit', [], reason, change);
    }
    const limits = await (await session.client()).transactions.limits(transaction);
    const shown = key === undefined ? limits : limits.filter((each) => each.key === key);
    session.answer(shown, () =>
      table(
        ['limit', 'amount', 'used', 'planned', 'held by'],
        shown.map((each) => [each.key, each.amount, each.used, each.planned ?? 'none', shortList(each.holders)]),
      ),
    );
    return ExitCode.success;
  });
}
