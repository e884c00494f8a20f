import type { FeedEvent, ServerUnreachable } from '@muster/client';
import type { Io } from '../io/io';
import { shownLine } from '../io/shown-text';
import { controlLine } from './control-line';
import type { Progress } from './progress';
import { reasonOf, type RunView } from './run-view';

/** One line per change of a task's state, for logs and pipes. */
export class PlainProgress implements Progress {
  constructor(private readonly io: Io) {}

  show(view: RunView, event: FeedEvent | null): void {
    if (event === null) return;
    const line = event.subject.task === undefined ? transactionLine(event) : taskLine(event, view);
    if (line !== null) this.io.stderr.write(`${event.at}  ${shownLine(line)}\n`);
  }

  reconnecting(error: ServerUnreachable, tries: number): void {
    if (tries === 1) this.io.stderr.write(`${error.message}; trying again\n`);
  }

  end(): void {
    // Lines need no tidying.
  }
}

function taskLine(event: FeedEvent, view: RunView): string {
  const { task = '' } = event.subject;
  const reason = reasonOf(event);
  return `[${view.ended}/${view.total}] ${task} ${event.type.slice('task.'.length)}${reason === null ? '' : `: ${reason}`}`;
}

function transactionLine(event: FeedEvent): string | null {
  if (!event.type.startsWith('transaction.')) return null;
  if (event.type === 'transaction.control') return controlLine(event);
  const state = typeof event.data['state'] === 'string' ? event.data['state'] : event.type.slice('transaction.'.length);
  const reason = reasonOf(event);
  return `transaction ${state}${reason === null ? '' : `: ${reason}`}`;
}
