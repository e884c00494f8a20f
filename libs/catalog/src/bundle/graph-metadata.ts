import type { JsonObject } from '@muster/model';
import type { Place } from '@muster/problems';
import type { Cursor } from '../yaml/cursor';

/** Attributes of one outcome: they are written to every node, again and again. */
const ATTRIBUTES_MAX = 50;
const ATTRIBUTES_CHARS_MAX = 4000;

export interface GraphMetadata {
  readonly metadata: JsonObject;
  /** Null: no filter of nodes. */
  readonly filterPlace: Place | null;
}

const OUTCOMES = ['on_success', 'on_error', 'on_stop'] as const;

/**
 * `graph.yaml`: `node_filter`, an expression, and `on_success`, `on_error`, `on_stop`, each with `node_attributes`. What else
 * the file says is reported as a warning and kept.
 */
export function readGraphMetadata(cursor: Cursor): GraphMetadata {
  const map = cursor.map('a mapping');
  if (!map) return { metadata: {}, filterPlace: null };
  map.knowsOnly(['node_filter', ...OUTCOMES], 'warning');
  const filter = map.get('node_filter');
  if (filter && !filter.isNull) checkFilter(filter);
  for (const key of OUTCOMES) {
    const outcome = map.get(key);
    if (outcome && !outcome.isNull) checkOutcome(outcome);
  }
  return { metadata: cursor.object() ?? {}, filterPlace: filter && !filter.isNull ? filter.place : null };
}

function checkFilter(cursor: Cursor): void {
  const expected = 'an expression: a text or {yaql_exp: "..."}';
  if (cursor.located.kind !== 'map') {
    if (cursor.string(expected)?.trim() === '') cursor.refuse(expected);
    return;
  }
  const map = cursor.map(expected);
  map?.knowsOnly(['yaql_exp'], 'error');
  map?.require('yaql_exp')?.string();
}

function checkOutcome(cursor: Cursor): void {
  const map = cursor.map('a mapping with `node_attributes`');
  map?.knowsOnly(['node_attributes'], 'warning');
  const attributes = map?.get('node_attributes');
  if (!attributes || attributes.isNull) return;
  const value = attributes.object();
  if (!value) return;
  if (Object.keys(value).length > ATTRIBUTES_MAX || JSON.stringify(value).length > ATTRIBUTES_CHARS_MAX)
    attributes.refuse(`at most ${ATTRIBUTES_MAX} attributes with ${ATTRIBUTES_CHARS_MAX} characters of JSON in all`);
}
