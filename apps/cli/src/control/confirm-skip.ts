import type { SkipPreview } from '@muster/client';
import { shownLine } from '../io/shown-text';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

const SHOWN_MAX = 20;

/**
 * Shows what depends on a task and asks whether to skip it.
 * Fails with `ProblemsError` where there is no terminal to ask on.
 */
export async function confirmSkip(session: Session, transaction: string, task: string): Promise<boolean> {
  const client = await session.client();
  const preview = await client.transactions.skipPreview(transaction, task);
  for (const line of previewLines(preview, transaction)) session.say(shownLine(line));
  const answer = await session.io.ask(`Skip ${shownLine(task)}? [y/N] `);
  if (answer === null) {
    throw usageProblem('skip', 'it asks first, and there is no terminal to ask on', 'Add --yes if you are sure.');
  }
  return /^y(es)?$/i.test(answer.trim());
}

/** What would go on, for people. */
export function previewLines(
  { task, state, obstacle, dependents }: SkipPreview,
  transaction: string,
): readonly string[] {
  const how = `${task} is ${state} in transaction ${transaction}.`;
  if (obstacle !== null) return [how, `It cannot be skipped: ${obstacle}`];
  if (dependents.length === 0) return [how, 'Nothing that is still open depends on it.'];
  const more = dependents.length > SHOWN_MAX ? [`  and ${dependents.length - SHOWN_MAX} more`] : [];
  return [
    how,
    `${dependents.length} tasks depend on it and would go on as if it were done:`,
    ...dependents.slice(0, SHOWN_MAX).map((each) => `  ${each.task} (${each.state})`),
    ...more,
  ];
}
