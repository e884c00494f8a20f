import type { BulkControl, OutputRange } from '@muster/client';
import { type Command, Argument } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';

/** `history`, `inputs`, and `bulk`. */
export function defineHistoryCommands(run: Run, program: Command): void {
  act(
    run,
    program.command('history <transaction> [task]').description('every attempt of a transaction, or of one task'),
    async (session, _options, [transaction = '', task]) => {
      const items = await collect((await session.client()).transactions.attempts(transaction, task));
      session.answer(items, () =>
        table(
          ['run', 'task', 'attempt', 'started', 'ended', 'end', 'code', 'executor', 'stdout', 'stderr'],
          items.map((it) => [
            ...[it.run, it.task, it.attempt, it.startedAt, it.endedAt, it.end, it.exitCode, it.executor],
            ...[range(it.output.stdout), range(it.output.stderr)],
          ]),
        ),
      );
      return ExitCode.success;
    },
  );

  act(
    run,
    program
      .command('inputs <transaction> <task>')
      .description('what a task was given, as it was planned; secrets masked'),
    async (session, _options, [transaction = '', task = '']) => {
      const inputs = await (await session.client()).transactions.inputs(transaction, task);
      session.answer(inputs, () => `${JSON.stringify(inputs, null, 2)}\n`);
      return ExitCode.success;
    },
  );

  const bulk = program
    .command('bulk')
    .description('control many transactions, each by itself')
    .addArgument(new Argument('<verb>').choices(['pause', 'resume', 'drain', 'cancel']))
    .argument('<transactions...>');
  act<{ readonly reason?: string }>(run, bulk, async (session, { reason }, [verb = '', ...transactions]) => {
    const { transactions: routes } = await session.client();
    const request = { transactions, verb: verb as BulkControl['verb'] };
    const items = await routes.controlMany(reason === undefined ? request : { ...request, reason });
    session.answer(items, () =>
      table(
        ['transaction', 'effect', 'why'],
        items.map((it) => [it.transaction, it.effect, it.problems.map(({ summary }) => summary).join(' ')]),
      ),
    );
    return items.some(({ effect }) => effect === 'refused') ? ExitCode.refused : ExitCode.success;
  });
}

function range(kept: OutputRange): string | null {
  return kept === null ? null : `${kept.from}-${kept.to}`;
}
