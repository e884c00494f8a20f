import { type Command, InvalidArgumentError } from 'commander';
import { list, repeated } from '../define-command';

/** Options of every command that plans: which graph, and which part of it. */
export function defineSelection(command: Command): Command {
  return command
    .option('--graph <type>', 'graph type (default: default); may be repeated: they run in that order', repeated)
    .option('--sequence <name>', 'the graphs of a sequence of the release')
    .option('--nodes <names>', 'only these nodes: a,b', list)
    .option('--tasks <names>', 'only these task definitions or tasks: x,y@node', list)
    .option('--subgraph <start:end>', 'only what lies between: START[/nodes]:END[/nodes]; may be repeated', repeated)
    .option('--fetch-deps', 'also what the chosen tasks need, on other nodes too')
    .option('--force', 'run what would be skipped since nothing changed');
}

/** Options of commands that plan from files. */
export function defineOfflineSources(command: Command): Command {
  return command
    .option('--bundle <dir>', 'folder of a release or plugin; may be repeated', repeated)
    .option('--cluster-file <file>', 'cluster file')
    .option(
      '--previous <file>',
      'cluster file: everything counts as last succeeded as it says; without it all nodes are new',
    );
}

/** `KEY=N` or `KEY=unlimited`, gathered over repetitions. */
export function limitChange(
  text: string,
  before: Readonly<Record<string, number | null>> = {},
): Readonly<Record<string, number | null>> {
  const split = text.lastIndexOf('=');
  const amount = text.slice(split + 1);
  if (split < 1 || !(amount === 'unlimited' || /^[1-9]\d{0,6}$/.test(amount)))
    throw new InvalidArgumentError('write KEY=N with a whole number of at least 1, or KEY=unlimited.');
  return Object.fromEntries([
    ...Object.entries(before),
    [text.slice(0, split), amount === 'unlimited' ? null : Number(amount)],
  ]);
}
