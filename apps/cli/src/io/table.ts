import stringWidth from 'string-width';
import { shownLine } from './shown-text';

const BETWEEN = '  ';

/** Rows under a head, without lines, as plain text. Empty `rows` give the head alone. Cost: proportional to the text. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  const lines = [head.map((each) => shown(each.toUpperCase())), ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => lines.reduce((most, line) => Math.max(most, line[column]?.width ?? 0), 0));
  return lines.map((line) => `${lineText(line, widths)}\n`).join('');
}

interface Cell {
  readonly text: string;
  /** Columns of a terminal: an ideograph takes two. */
  readonly width: number;
}

function shown(cell: string | number | null | undefined): Cell {
  const text = cell === null || cell === undefined || cell === '' ? '-' : shownLine(String(cell));
  return { text, width: stringWidth(text) };
}

function lineText(line: readonly Cell[], widths: readonly number[]): string {
  return line
    .map(({ text, width }, column) => text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width)))
    .join(BETWEEN)
    .trimEnd();
}
