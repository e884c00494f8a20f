import type { EntityManager } from 'typeorm';

/** Rows of one statement, whether it reads or returns what it wrote. For sets of rows; single ones go through repositories. */
export async function rowsOf<Row>(on: EntityManager, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const answer: unknown = await on.query(text, [...values]);
  // TypeORM gives [rows, count] for UPDATE and DELETE, rows alone for everything else.
  const rows: unknown = isWithCount(answer) ? answer[0] : answer;
  return rows as Row[];
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
