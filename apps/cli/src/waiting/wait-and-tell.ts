import type { TransactionStatus } from '@muster/client';
import { ExitCode, exitCodeOf } from '../exit-code';
import { shownLine } from '../io/shown-text';
import { spell } from '../io/spell-duration';
import type { Session } from '../session';
import { failureLines, taskCounts, unconfirmedLines } from './task-counts';
import { type Waited, waitForOutcome } from './wait-for-outcome';

/** Waits for a transaction, prints how it ended or how to come back, and answers with the exit code that says so. */
export async function waitAndTell(
  session: Session,
  transaction: string,
  timeoutSeconds: number | undefined,
): Promise<ExitCode> {
  const client = await session.client();
  const timeoutMs = timeoutSeconds === undefined ? null : timeoutSeconds * 1_000;
  const { because, status, answers } = await waitForOutcome(session.io, client, transaction, timeoutMs);
  if (status) {
    session.warn(status.problems);
    for (const line of failureLines(status)) session.say(`failed  ${shownLine(line)}`);
    for (const line of unconfirmedLines(status)) session.say(`unknown ${shownLine(line)}`);
    session.answer(status, () => `${summary(status)}\n`);
  }
  const exitCode = status && because === 'ended' ? outcomeCode(status) : ExitCode.unfinished;
  if (exitCode === ExitCode.unfinished) session.say(comeBack(transaction, WHY_NOW[because], status));
  if (because === 'lost' && !answers) return ExitCode.unreachable;
  if (exitCode === ExitCode.failed || exitCode === ExitCode.stopped) {
    session.say(`see what a task wrote: muster logs ${transaction} TASK@NODE`);
  }
  return exitCode;
}

const WHY_NOW: Readonly<Record<Waited['because'], string>> = {
  ended: 'it ended',
  detached: 'detached',
  timeout: 'the wait is over',
  lost: 'events cannot be read any more',
};

function outcomeCode({ state, refused }: TransactionStatus): ExitCode {
  return refused ? ExitCode.refused : exitCodeOf(state);
}

function comeBack(transaction: string, why: string, status: TransactionStatus | null): string {
  const how =
    status === null || status.state === 'running' ? 'the transaction goes on' : `the transaction is ${status.state}`;
  return `${why}; ${how}. Come back with: muster watch ${transaction}`;
}

/** The state; of a transaction whose start was refused that it was, since nothing of it has failed. */
export function shownState({ state, refused }: { readonly state: string; readonly refused?: boolean }): string {
  return refused ? 'refused' : state;
}

/** One line: outcome, counts, time taken. */
export function summary(status: TransactionStatus): string {
  const took =
    status.startedAt && status.endedAt ? ` in ${spell(Date.parse(status.endedAt) - Date.parse(status.startedAt))}` : '';
  return `transaction ${status.transaction} on cluster ${status.cluster}: ${shownState(status)}${took} (${taskCounts(status)})`;
}
