import { validRange } from 'semver';
import type { Cursor } from '../yaml/cursor';

/** `name@range`. */
export function readReference(cursor: Cursor | null): string | null {
  const text = cursor?.text('name@range') ?? null;
  if (text === null || !cursor) return null;
  const parts = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})@(.{1,200})$/.exec(text);
  return parts && validRange(parts[2]) !== null
    ? text
    : cursor.refuse('a name and a range of versions such as base@^1.0.0');
}
