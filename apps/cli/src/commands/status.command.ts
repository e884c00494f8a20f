import type { TransactionFilter } from '@muster/client';
import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';
import { problemLine, statusText } from '../waiting/status-text';
import { shownState } from '../waiting/wait-and-tell';

/** `status`: the states of a transaction, or without one the newest transactions. */
export function defineStatusCommand(run: Run, program: Command): void {
  const status = program
    .command('status [transaction]')
    .description('show a transaction, or the list of them')
    .option('--cluster <cluster>', 'list only those of this cluster')
    .option('--state <states>', 'list only those in one of these states')
    .option('--who <name>', 'list only those that this token or program started')
    .option('--since <time>', 'list only those started then (ISO 8601) or later');
  act<TransactionFilter>(run, status, async (session, { cluster, state, who, since }, [transaction]) => {
    const client = await session.client();
    if (transaction === undefined) {
      const items = await collect(
        client.transactions.list({
          ...(cluster === undefined ? {} : { cluster }),
          ...(state === undefined ? {} : { state }),
          ...(who === undefined ? {} : { who }),
          ...(since === undefined ? {} : { since }),
        }),
      );
      session.answer(items, () =>
        table(
          ['transaction', 'cluster', 'state', 'started', 'ended', 'reason'],
          items.map((it) => [
            ...[it.transaction, it.cluster, shownState(it), it.startedAt, it.endedAt],
            (it.problems ?? []).length === 0 ? null : it.problems?.map(problemLine).join('; '),
          ]),
        ),
      );
      return ExitCode.success;
    }
    const it = await client.transactions.get(transaction);
    session.answer(it, () => statusText(it));
    return ExitCode.success;
  });
}
