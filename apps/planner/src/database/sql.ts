import type { EntityManager } from 'typeorm';

/** Rows of one statement, whether it reads or returns what it wrote. For sets of rows; single ones go through repositories. */
export async function rowsOf<Row>(on: EntityManager, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const answer: unknown = await on.query(text, [...values]);
  // TypeORM gives [rows, count] for UPDATE and DELETE, rows alone for everything else.
  const rows: unknown = isWithCount(answer) ? answer[0] : answer;
  return rows as Row[];
}

/** Rows that one statement writes: what has more of them would take its memory many times over, and its time at one go. */
export const ROWS_AT_ONCE = 5000;

/**
 * The list in parts, each to be written by a statement of its own. Between two of them others get their turn, and the
 * database sees that its client is alive: an event of 100,000 tasks is prepared for seconds.
 */
export function* partsOf<One>(list: readonly One[]): Generator<readonly One[]> {
  if (list.length <= ROWS_AT_ONCE) {
    if (list.length > 0) yield list;
    return;
  }
  for (let from = 0; from < list.length; from += ROWS_AT_ONCE) yield list.slice(from, from + ROWS_AT_ONCE);
}

/**
 * Rows of a statement that reads, of which there may be very many, in parts. Inside a database transaction, one such
 * statement at a time; all of them are as they were when it began.
 */
export async function* rowsInParts<Row>(
  on: EntityManager,
  text: string,
  values: readonly unknown[],
): AsyncGenerator<Row[]> {
  await on.query(`DECLARE in_parts NO SCROLL CURSOR FOR ${text}`, [...values]);
  for (;;) {
    const rows = await rowsOf<Row>(on, `FETCH ${ROWS_AT_ONCE} FROM in_parts`);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await on.query('CLOSE in_parts');
}

/** The first row; null if there is none. */
export async function rowOf<Row>(
  on: EntityManager,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row | null> {
  return (await rowsOf<Row>(on, text, values))[0] ?? null;
}

function isWithCount(answer: unknown): answer is [unknown[], number] {
  return Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number';
}
