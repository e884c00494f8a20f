import { catalogue, type CatalogueEntry, type ProblemCode } from './catalogue';
import type { Problem, ProblemInput } from './problem';

/** A problem with the severity and the remedy of the catalogue, unless `input` gives its own. */
export function problem(code: ProblemCode, input: ProblemInput): Problem {
  const entry: CatalogueEntry = catalogue[code];
  return { code, ...input, severity: input.severity ?? entry.severity, remedy: input.remedy ?? entry.remedy };
}

/** True if any of `problems` refuses the input. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((each) => each.severity === 'error');
}

/** One problem as text for people: place, severity, summary, remedy. Several lines, no trailing newline. */
export function formatProblem(it: Problem): string {
  const { place } = it;
  const where = place?.file
    ? `${place.file}${place.line ? `:${place.line}${place.column ? `:${place.column}` : ''}` : ''}: `
    : '';
  const inside = place?.path ? ` (at ${place.path})` : '';
  const lines = [`${where}${it.severity} ${it.code}: ${it.subject}: ${it.summary}${inside}`];
  if (it.detail) lines.push(`  ${it.detail.replaceAll('\n', '\n  ')}`);
  lines.push(`  -> ${it.remedy}`);
  return lines.join('\n');
}

/** True of a code of the catalogue, as others may send. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}
