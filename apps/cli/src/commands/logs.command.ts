import type { Command } from 'commander';
import { act, integer, type Run } from '../define-command';
import { type LogsOptions, printLogs } from '../logs/print-logs';

/** `logs`: what a task wrote. */
export function defineLogsCommand(run: Run, program: Command): void {
  const logs = program
    .command('logs <transaction> <task>')
    .description('print what a task (TASK@NODE) wrote')
    .option('-f, --follow', 'go on until the task has ended')
    .option('--attempt <number>', 'of this attempt only', integer(1, 1_000_000));
  act<LogsOptions>(run, logs, (session, options, [transaction = '', task = '']) =>
    printLogs(session, transaction, task, options),
  );
}
