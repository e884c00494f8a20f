import type { Command } from 'commander';
import { act, number, type Run } from '../define-command';
import { waitAndTell } from '../waiting/wait-and-tell';

/** `watch`: follows a transaction to its end; the exit code tells the outcome. */
export function defineWatchCommand(run: Run, program: Command): void {
  const watch = program
    .command('watch <transaction>')
    .description('follow a transaction to its end; Ctrl-C leaves it running')
    .option('--timeout <seconds>', 'wait at most so long', number(0));
  act<{ readonly timeout?: number }>(run, watch, (session, options, [transaction = '']) =>
    waitAndTell(session, transaction, options.timeout),
  );
}
