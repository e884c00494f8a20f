import { formatProblem, type Problem } from '@muster/problems';
import { coloursFor } from './colours';
import type { Io } from './io';
import { shownText } from './shown-text';

/** Writes each problem as text to stderr, errors last: that is where people look. */
export function reportProblems(io: Io, problems: readonly Problem[]): void {
  const colours = coloursFor(io, io.stderr);
  const paint = { error: colours.red, warning: colours.yellow, info: colours.dim };
  for (const severity of ['info', 'warning', 'error'] as const) {
    for (const each of problems.filter((it) => it.severity === severity)) {
      const [first = '', ...rest] = shownText(formatProblem(each)).split('\n');
      io.stderr.write(`${[paint[severity](first), ...rest].join('\n')}\n`);
    }
  }
}
