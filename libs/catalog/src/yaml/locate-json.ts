import type { Json } from '@muster/model';
import type { Located, Position } from './located';

const NOWHERE: Position = { line: 0, column: 0 };
const SMALL = { at: NOWHERE, size: 1, length: 0, depth: 1 };

/** A value that came as JSON, as if it had been read from a file: it has paths, and no lines. */
export function locateJson(value: Json): Located {
  if (Array.isArray(value)) return { ...SMALL, kind: 'list', items: (value as readonly Json[]).map(locateJson) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, member]) => [key, { at: NOWHERE, value: locateJson(member) }] as const,
    );
    return { ...SMALL, kind: 'map', entries: new Map(entries) };
  }
  return { ...SMALL, kind: 'scalar', value: value, source: String(value) };
}
