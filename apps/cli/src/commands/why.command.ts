import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { shownLine } from '../io/shown-text';

/** `why`: every reason why a task does not run now. */
export function defineWhyCommand(run: Run, program: Command): void {
  const why = program
    .command('why <transaction> <task>')
    .description('say why a task (TASK@NODE) is waiting, skipped or not run');
  act(run, why, async (session, _options, [transaction = '', task = '']) => {
    const answer = await (await session.client()).transactions.why(transaction, task);
    session.answer(answer, () => {
      const reasons = answer.reasons.map((it) => {
        const since = it.since ? ` (since ${it.since})` : '';
        const until = it.until ? ` (until ${it.until})` : '';
        const holders = it.holders.length > 0 ? `; held by ${it.holders.join(', ')}` : '';
        return `  ${shownLine(`${it.text}${since}${until}${holders}`)}\n`;
      });
      return `${task} is ${answer.state}\n${reasons.join('')}`;
    });
    return ExitCode.success;
  });
}
