import type { TransactionStatus } from '@muster/client';
import { table } from '../io/table';
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
  return `${summary(status)}\n${executor}${graphs.join('')}`;
}
