import { ApiPropertyOptional } from '@nestjs/swagger';
import { problem, ProblemsError } from '@muster/problems';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** How many items a page has when nobody says, and at most. */
export const PAGE_ITEMS = 100;
const PAGE_ITEMS_MAX = 1000;

/** `?limit=&cursor=` of every list. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_ITEMS_MAX, default: PAGE_ITEMS })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_ITEMS_MAX)
  limit: number = PAGE_ITEMS;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  cursor?: string;
}

/** One page; `next` is null on the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** A page out of `limit + 1` rows, the one too many only telling that there is more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => readonly string[],
  item: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(item), next: more ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null };
}

/** What a part of a cursor may be: anybody can send one, and the database takes no other. */
export const CURSOR_PART = {
  name: /^[A-Za-z0-9][A-Za-z0-9._+-]{0,255}$/,
  version: /^\d{1,100}(\.\d{1,100}){2}([-+][A-Za-z0-9.+-]{1,200})?$/,
  integer: /^\d{1,9}$/,
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /** Microseconds since 1970, all of which the database takes. */
  time: /^\d{1,16}$/,
} as const;

/**
 * SQL: a column of time as a cursor has it. A cursor holds it beside the id, so that a page is found also when the row that
 * it follows was removed meanwhile.
 */
export function cursorTime(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint::text`;
}

/** SQL: the time that a parameter stands for which came with a cursor. */
export function timeOfCursor(parameter: string): string {
  return `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond')`;
}

/** The key that a cursor was made of; null without a cursor. Throws `API_INVALID` for one that is not ours. */
export function readCursor(cursor: string | undefined, ...parts: readonly RegExp[]): readonly string[] | null {
  if (cursor === undefined || cursor === '') return null;
  const read = tryJson(Buffer.from(cursor, 'base64url').toString());
  const isPart = (part: unknown, index: number): part is string =>
    typeof part === 'string' && parts[index]?.test(part) === true;
  if (Array.isArray(read) && read.length === parts.length && read.every(isPart)) return read;
  throw new ProblemsError([
    problem('API_INVALID', {
      subject: 'field cursor',
      summary: 'This is no cursor of this list.',
      remedy: 'Take `next` of the page before, or leave it out.',
      place: { path: 'cursor' },
    }),
  ]);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A query parameter that may be repeated, or have commas. */
export function splitList(value: unknown): unknown {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(',') : [text]));
}
