import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { shownLine } from '../io/shown-text';
import { shortList } from '../io/short-list';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

interface ForceCloseOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** `force-close`: the last resort, when `cancel` does not come to an end. */
export function defineForceCloseCommand(run: Run, program: Command): void {
  const command = program
    .command('force-close <transaction>')
    .description(
      'end a transaction without its executors and free its nodes, when cancel does not come to an end; what runs there is not ended',
    )
    .option('--yes', 'do not ask');
  act<ForceCloseOptions>(run, command, async (session, { reason, yes }, [transaction = '']) => {
    const { transactions } = await session.client();
    if (!yes && !(await confirm(session, transaction))) {
      session.say('nothing is closed');
      return ExitCode.error;
    }
    const { command: id, effect } = await transactions.forceClose(transaction, reason);
    const status = await transactions.get(transaction);
    session.warn(status.problems);
    const answer = { transaction, verb: 'force-close', command: id, effect, state: status.state };
    session.answer(answer, () => `transaction ${transaction} is ${status.state}\n`);
    if (effect === 'pending')
      session.say('no executor has read it yet: until one does, the nodes are still claimed for the transaction');
    return ExitCode.success;
  });
}

async function confirm(session: Session, transaction: string): Promise<boolean> {
  const status = await (await session.client()).transactions.get(transaction);
  const { running } = status.progress;
  session.say(`transaction ${transaction} is ${status.state}.`);
  if (running.length > 0) session.say(shownLine(`What runs is not ended: ${shortList(running)}`));
  const answer = await session.io.ask(`Force-close it? [y/N] `);
  if (answer === null)
    throw usageProblem(
      'force-close',
      'it asks first, and there is no terminal to ask on',
      'Add --yes if you are sure.',
    );
  return /^y(es)?$/i.test(answer.trim());
}
