import type { Command } from 'commander';
import { act, list, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { confirmSkip, previewLines } from '../control/confirm-skip';
import { shownLine } from '../io/shown-text';
import { sendControl } from '../control/send-control';

interface ControlOptions {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly tasks?: readonly string[];
}

/** `pause`, `resume`, `drain`, `cancel`, `retry`, `signal`, `skip`. */
export function defineControlCommands(run: Run, program: Command): void {
  const whole = [
    ['pause', 'start nothing more; what runs goes on'],
    [
      'resume',
      'go on after a pause, with tasks that failed and wait for a person; after the end, in a further run, with all that did not succeed',
    ],
    ['drain', 'start nothing more, and end when what runs has ended'],
    ['cancel', 'end what runs and start nothing more'],
  ] as const;
  for (const [verb, description] of whole) {
    const command = program.command(`${verb} <transaction>`).description(description);
    act<ControlOptions>(run, command, (session, options, [transaction = '']) =>
      sendControl(session, transaction, verb, [], options.reason),
    );
  }

  const retry = program
    .command('retry <transaction> [tasks...]')
    .description(
      'try tasks (TASK@NODE) again now that failed, wait for a person or for their next attempt, with what they kept from running; without any: all of them; after the end: in a further run',
    )
    .option('--tasks <list>', 'the same as naming them: addresses with commas between them', list);
  act<ControlOptions>(run, retry, (session, options, [transaction = '', ...tasks]) =>
    sendControl(session, transaction, 'retry', [...new Set([...tasks, ...(options.tasks ?? [])])], options.reason),
  );

  const signal = program
    .command('signal <transaction> <event>')
    .alias('approve')
    .description('say that an event has happened which tasks wait for, now or later; this opens gates, too');
  act<ControlOptions>(run, signal, (session, options, [transaction = '', event = '']) =>
    sendControl(session, transaction, 'signal', [], options.reason, { event }),
  );

  const skip = program
    .command('skip <transaction> <task>')
    .description(
      'give up a task (TASK@NODE) that does not run and has not ended, as if it were done: what depends on it goes on',
    )
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only show what depends on it');
  act<ControlOptions>(run, skip, async (session, options, [transaction = '', task = '']) => {
    if (options.dryRun) {
      const preview = await (await session.client()).transactions.skipPreview(transaction, task);
      session.answer(preview, () =>
        previewLines(preview, transaction)
          .map((line) => `${shownLine(line)}\n`)
          .join(''),
      );
      return preview.obstacle === null ? ExitCode.success : ExitCode.refused;
    }
    if (!options.yes && !(await confirmSkip(session, transaction, task))) {
      session.say('nothing is skipped');
      return ExitCode.error;
    }
    return sendControl(session, transaction, 'skip', [task], options.reason);
  });
}
