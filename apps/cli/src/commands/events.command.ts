import type { FeedEvent } from '@muster/client';
import type { Command } from 'commander';
import { act, integer, list, type Run } from '../define-command';
import { shownLine } from '../io/shown-text';
import { ExitCode } from '../exit-code';

interface EventOptions {
  readonly after?: number;
  readonly follow?: true;
  readonly cluster?: string;
  readonly transaction?: string;
  readonly kinds?: readonly string[];
}

/** `events`: what happened, and with `-f` what happens. */
export function defineEventsCommand(run: Run, program: Command): void {
  const command = program
    .command('events')
    .description('what happened, in the order of the feed; with -o json one event a line')
    .option('-f, --follow', 'go on with what happens, across lost connections')
    .option('--after <number>', 'only events with a larger number', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--kinds <kinds>', 'only of these kinds, as transaction.ended,task.*', list)
    .option('--cluster <cluster>', 'only of this cluster')
    .option('--transaction <transaction>', 'only of this transaction');
  act<EventOptions>(run, command, async (session, { follow, after = 0, cluster, transaction, kinds }) => {
    const { events } = await session.client();
    const filter = {
      ...(cluster === undefined ? {} : { cluster }),
      ...(transaction === undefined ? {} : { transaction }),
      ...(kinds === undefined ? {} : { kind: kinds.join(',') }),
    };
    const print = (event: FeedEvent) => session.answer(event, () => line(event));
    if (follow) for await (const event of events.follow({ ...filter, after })) print(event);
    for (let from: number | null = after; from !== null;) {
      const page = await events.page({ ...filter, after: from, limit: 1000 });
      page.items.forEach(print);
      from = page.next === null ? null : Number(page.next);
    }
    return ExitCode.success;
  });
}

function line({ number, at, type, subject, data }: FeedEvent): string {
  const { operation: _operation, ...about } = subject;
  const words = Object.entries({ ...about, ...data }).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${shownLine(`${number}  ${at}  ${type}  ${words.join(' ')}`)}\n`;
}
