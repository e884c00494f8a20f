import type { ControlRequest } from '@muster/client';
import { type ControlVerb, parseTaskAddress } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';

/**
 * Sends a control verb. Accepted is not yet done: the effect shows in `status` and `watch`. What came too late is refused.
 */
export async function sendControl(
  session: Session,
  transaction: string,
  verb: ControlVerb,
  tasks: readonly string[],
  reason: string | undefined,
  more: Pick<ControlRequest, 'event' | 'limit'> = {},
): Promise<ExitCode> {
  const wrong = tasks.filter((each) => parseTaskAddress(each) === null);
  if (wrong.length > 0) {
    throw new ProblemsError(
      wrong.map((each) => problem('LOCAL_USAGE', { subject: verb, summary: `"${each}" is not of the form TASK@NODE` })),
    );
  }
  const { transactions } = await session.client();
  const sent = await transactions.control(transaction, {
    verb,
    ...(tasks.length > 0 ? { tasks } : {}),
    ...more,
    ...(reason === undefined ? {} : { reason }),
  });
  const { effect, note } = sent;
  session.answer({ transaction, verb, ...sent }, () => `${verb} is accepted for transaction ${transaction}\n`);
  if (effect === 'pending')
    session.say(`no executor has read it yet; what comes of it shows: muster watch ${transaction}`);
  if (note !== undefined) session.say(note);
  if (verb === 'retry' || verb === 'skip') session.say(`if it is paused, go on with: muster resume ${transaction}`);
  return ExitCode.success;
}
