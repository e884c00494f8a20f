import type { TransactionStatus } from '@muster/client';
import { table } from '../io/table';
import type { Problem } from '@muster/problems';
import { shownLine } from '../io/shown-text';
import { summary } from './wait-and-tell';

/** A transaction for people: a summary, then a table per graph. */
export function statusText(status: TransactionStatus): string {
  const graphs = status.graphs.map(({ type, state, tasks }) => {
    const rows = Object.entries(tasks).map(([task, it]) => [
      task,
      it.state,
      it.attempts,
      it.exitCode,
      it.startedAt,
      it.endedAt,
      it.reason,
    ]);
    return `\ngraph ${type}: ${state}\n${table(['task', 'state', 'attempts', 'exit', 'started', 'ended', 'reason'], rows)}`;
  });
  const executor = status.executor ? `executor ${status.executor}\n` : '';
  const { undelivered, problems } = status;
  const waits = undelivered
    ? `no executor has taken it after ${undelivered.tries} tries: ${undelivered.reason}; the next one is at ${undelivered.nextTryAt}\n`
    : '';
  const why = problems.map((each) => `${problemLine(each)}\n`);
  return `${summary(status)}\n${waits}${why.join('')}${executor}${graphs.join('')}`;
}

/** Why a transaction could not start or go on, in one line. */
export function problemLine({ code, subject, summary: what }: Problem): string {
  return shownLine(`${code} ${subject}: ${what}`);
}
