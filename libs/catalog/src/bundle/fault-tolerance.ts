import type { FaultTolerance } from '@muster/model';
import type { Cursor } from '../yaml/cursor';

/** A count, `"N%"` (0 to 100, rounded down later), or a negative number: at least that many must succeed. */
export function readFaultTolerance(cursor: Cursor): FaultTolerance | null {
  if (cursor.isNull) return null;
  const value = cursor.located.kind === 'scalar' ? cursor.located.value : null;
  const expected = 'a count of nodes, "N%" from 0 to 100, or a negative number';
  const percent = typeof value === 'string' ? /^\s*(\d{1,3})\s*%\s*$/.exec(value) : null;
  if (percent) return Number(percent[1]) <= 100 ? { percent: Number(percent[1]) } : cursor.refuse(expected);
  // The field also writes counts as strings.
  const count = typeof value === 'string' && /^\s*-?\d{1,9}\s*$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count)) return cursor.refuse(expected);
  return count < 0 ? { atLeast: -count } : { count };
}
