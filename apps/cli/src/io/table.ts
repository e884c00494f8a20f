import Table from 'cli-table3';
import { shownLine } from './shown-text';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Rows under a head, without lines, as plain text. Empty `rows` give the head alone. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  const it = new Table({
    head: head.map((each) => each.toUpperCase()),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows)
    it.push(row.map((cell) => (cell === null || cell === undefined || cell === '' ? '-' : shownLine(String(cell)))));
  return `${it.toString().replaceAll(/ +$/gm, '')}\n`;
}
