import { catalogue, type Problem } from '@muster/problems';
import type { Colours } from '../io/colours';
import { shownLine } from '../io/shown-text';

const HEADS = {
  error: { one: 'error', many: 'errors' },
  warning: { one: 'warning', many: 'warnings' },
  info: { one: 'piece of advice', many: 'pieces of advice' },
} as const;
const SEVERITIES = ['error', 'warning', 'info'] as const;

/** `1 error, 2 warnings, 30 pieces of advice`; what there is none of is left out. */
export function countFindings(problems: readonly Problem[]): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = problems.filter((each) => each.severity === severity).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? HEADS[severity].one : HEADS[severity].many}`];
  });
  return counts.length === 0 ? 'nothing found' : counts.join(', ');
}

/** Findings by severity, the gravest first; those of one code together, under what it means. Empty without any. */
export function listFindings(problems: readonly Problem[], colours: Colours): string {
  const paint = { error: colours.red, warning: colours.yellow, info: colours.dim };
  return SEVERITIES.map((severity) => {
    const own = problems.filter((each) => each.severity === severity);
    const codes = [...new Set(own.map(({ code }) => code))];
    return codes
      .map((code) => {
        const same = own.filter((each) => each.code === code);
        const head = paint[severity](`${severity} ${code} (${same.length})`);
        return `\n${head}: ${catalogue[code].meaning}\n${remedyFirst(same)}`;
      })
      .join('');
  }).join('');
}

/** What all of them need is said once, what only one needs beside it. */
function remedyFirst(same: readonly Problem[]): string {
  const remedies = new Set(same.map(({ remedy }) => remedy));
  const lines = same.flatMap((each) => [
    ...findingLines(each),
    ...(remedies.size > 1 ? [`    -> ${shownLine(each.remedy)}`] : []),
  ]);
  const common = remedies.size > 1 ? [] : [`  -> ${shownLine([...remedies][0] ?? '')}`];
  return [...common, ...lines].map((line) => `${line}\n`).join('');
}

function findingLines({ place, subject, summary, detail }: Problem): string[] {
  const where = place?.file ? `${place.file}${place.line ? `:${place.line}` : ''}: ` : '';
  const more = detail === undefined ? [] : detail.split('\n').map((line) => `      ${shownLine(line)}`);
  return [`  ${shownLine(`${where}${subject}: ${summary}`)}`, ...more];
}
