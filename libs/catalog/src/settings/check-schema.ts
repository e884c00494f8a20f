import { didYouMean, PATTERN_LENGTH_MAX, PATTERN_SIZE_MAX } from '@muster/model';
import type { Cursor } from '../yaml/cursor';
import { toJson, type Located } from '../yaml/located';
import { pointedTo, safePattern } from '@muster/model/schema';
import { GENERATE_TYPES, readGenerate } from './generate';
import { SCHEMA_KEYWORDS, SCHEMA_TYPES, type KeywordShape } from './schema-keywords';

/** Reports everything in the schema at `root` that cannot be checked: `BUNDLE_SCHEMA_INVALID`, unknown keywords as warnings. */
export function checkSchema(root: Cursor): void {
  new SchemaCheck(root.located).check(root);
}

class SchemaCheck {
  constructor(private readonly root: Located) {}

  check(cursor: Cursor): void {
    // `true` takes anything, `false` nothing.
    if (cursor.located.kind === 'scalar' && typeof cursor.located.value === 'boolean') return;
    const map = cursor.located.kind === 'map' ? cursor.map() : null;
    if (!map) {
      this.#refuse(cursor, 'a schema: a mapping, true or false');
      return;
    }
    for (const key of map.keys()) {
      const each = map.get(key);
      if (!each) continue;
      const shape = Object.hasOwn(SCHEMA_KEYWORDS, key) ? SCHEMA_KEYWORDS[key] : undefined;
      if (shape) this.#keyword(each, shape);
      else if (!key.startsWith('x-')) this.#unknown(each, key);
    }
  }

  #unknown(cursor: Cursor, key: string): void {
    cursor.report('BUNDLE_UNKNOWN_KEY', `has an unknown keyword of JSON Schema, \`${key.slice(0, 60)}\``, {
      remedy: `Correct its spelling, remove it, or start it with x-.${didYouMean(key, Object.keys(SCHEMA_KEYWORDS))}`,
    });
  }

  #keyword(cursor: Cursor, shape: KeywordShape): void {
    const { located } = cursor;
    const value = located.kind === 'scalar' ? located.value : null;
    switch (shape) {
      case 'schema':
        return this.check(cursor);
      case 'schemas':
        return this.#list(cursor, (each) => this.check(each));
      case 'schema-map':
        return this.#map(cursor, (each) => this.check(each));
      case 'types':
        return this.#types(cursor);
      case 'count':
        return this.#unless(
          typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
          cursor,
          'a whole number of at least 0',
        );
      case 'number':
        return this.#unless(typeof value === 'number', cursor, 'a number');
      case 'positive':
        return this.#unless(typeof value === 'number' && value > 0, cursor, 'a number above 0');
      case 'string':
        return this.#unless(typeof value === 'string', cursor, 'a string');
      case 'boolean':
        return this.#unless(typeof value === 'boolean', cursor, 'true or false');
      case 'strings':
        return this.#strings(cursor);
      case 'strings-map':
        return this.#map(cursor, (each) => this.#strings(each));
      case 'pattern':
        return this.#unless(
          typeof value === 'string' && safePattern(value) !== null,
          cursor,
          `a regular expression in RE2 syntax of at most ${PATTERN_LENGTH_MAX} characters (${PATTERN_SIZE_MAX} with repetitions written out)`,
        );
      case 'reference':
        return this.#unless(
          typeof value === 'string' && pointedTo(toJson(this.root), value) !== undefined,
          cursor,
          'a reference into this schema, such as #/$defs/port',
        );
      case 'generate':
        return this.#unless(
          readGenerate(toJson(located)) !== null,
          cursor,
          `true, one of ${GENERATE_TYPES.join(', ')}, or a mapping such as {type: password, length: 32} or {type: hex, bytes: 32}`,
        );
      case 'list':
        return this.#unless(located.kind === 'list', cursor, 'a list');
      case 'anything':
        return;
    }
  }

  #types(cursor: Cursor): void {
    const known: readonly unknown[] = SCHEMA_TYPES;
    const value = toJson(cursor.located);
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    this.#unless(
      all.length > 0 && all.every((each) => known.includes(each)),
      cursor,
      `one or several of ${SCHEMA_TYPES.join(', ')}`,
    );
  }

  #strings(cursor: Cursor): void {
    const value = toJson(cursor.located);
    this.#unless(Array.isArray(value) && value.every((each) => typeof each === 'string'), cursor, 'a list of strings');
  }

  #list(cursor: Cursor, check: (each: Cursor) => void): void {
    if (cursor.located.kind === 'list') cursor.items()?.forEach(check);
    else this.#refuse(cursor, 'a list');
  }

  #map(cursor: Cursor, check: (each: Cursor) => void): void {
    const map = cursor.located.kind === 'map' ? cursor.map() : null;
    if (!map) return this.#refuse(cursor, 'a mapping');
    for (const key of map.keys()) {
      const each = map.get(key);
      if (each) check(each);
    }
  }

  #unless(ok: boolean, cursor: Cursor, expected: string): void {
    if (!ok) this.#refuse(cursor, expected);
  }

  #refuse(cursor: Cursor, expected: string): void {
    cursor.report('BUNDLE_SCHEMA_INVALID', `\`${cursor.path}\` must be ${expected}`);
  }
}
