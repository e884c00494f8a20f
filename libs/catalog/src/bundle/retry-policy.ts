import type { TaskDefinition } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { oneOfTwo } from './two-places';

type Retries = TaskDefinition['retries'];

/**
 * `retries: {count, delay, backoff}`, or a number as the field writes it, here or in `parameters`; the field's
 * `interval` is the pause between two tries, except for `wait-for`, where it is a parameter of its own.
 */
export function readRetries(map: MapCursor, parameters: MapCursor | null, isWaitFor: boolean): Retries {
  const cursor = retriesOf(map.get('retries'), parameters?.get('retries') ?? null);
  const interval = isWaitFor ? null : oneOfTwo(map.get('interval'), parameters?.get('interval') ?? null);
  const pauseMs = interval && !interval.isNull ? interval.seconds(0) : null;
  const read = cursor && !cursor.isNull ? readOne(cursor, pauseMs) : null;
  return read ?? { count: 0, delayMs: pauseMs ?? 0, backoff: 1 };
}

/** `{count: 3}` and `3` say the same; anything else that differs is a problem. */
function retriesOf(ours: Cursor | null, fields: Cursor | null): Cursor | null {
  if (ours?.located.kind !== 'map' || !fields) return oneOfTwo(ours, fields);
  const count = ours.map()?.get('count') ?? null;
  if (count) oneOfTwo(count, fields);
  return ours;
}

function readOne(cursor: Cursor, pauseMs: number | null): Retries | null {
  if (cursor.located.kind === 'scalar') {
    const count = cursor.integer(0, 1000);
    return count === null ? null : { count, delayMs: pauseMs ?? 0, backoff: 1 };
  }
  const map = cursor.map('a number of retries or {count, delay, backoff}');
  if (!map) return null;
  map.knowsOnly(['count', 'delay', 'backoff'], 'error');
  const count = map.require('count')?.integer(0, 1000) ?? null;
  const delayMs = map.get('delay')?.seconds(0) ?? pauseMs ?? 0;
  return count === null ? null : { count, delayMs, backoff: readBackoff(map.get('backoff')) };
}

function readBackoff(cursor: Cursor | null): number {
  if (!cursor) return 1;
  const value = cursor.json();
  if (typeof value === 'number' && value >= 1 && value <= 100) return value;
  cursor.refuse('a factor from 1 to 100');
  return 1;
}
