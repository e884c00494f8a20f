import { shownLine } from '../io/shown-text';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

/**
 * Shows what waits behind a task and asks whether to skip it.
 * Fails with `ProblemsError` where there is no terminal to ask on.
 */
export async function confirmSkip(session: Session, transaction: string, task: string): Promise<boolean> {
  const client = await session.client();
  const status = await client.transactions.get(transaction);
  const tasks = Object.assign({}, ...status.graphs.map((it) => it.tasks)) as (typeof status.graphs)[number]['tasks'];
  const open = Object.entries(tasks).filter(([, it]) => it.state === 'waiting' || it.state === 'blocked');
  const state = tasks[task]?.state ?? 'not known';
  session.say(
    shownLine(
      `${task} is ${state}; ${open.length} tasks of transaction ${transaction} wait or are blocked, and those behind it would go on.`,
    ),
  );
  const answer = await session.io.ask(`Skip ${shownLine(task)}? [y/N] `);
  if (answer === null)
    throw usageProblem('skip', 'it asks first, and there is no terminal to ask on', 'Add --yes if you are sure.');
  return /^y(es)?$/i.test(answer.trim());
}
