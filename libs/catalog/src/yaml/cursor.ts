import { didYouMean, NAME_PATTERN, type Json, type JsonObject } from '@muster/model';
import { problem, type Place, type Problem, type ProblemCode } from '@muster/problems';
import { toJson, type Located, type LocatedMap, type Position } from './located';

/** Which codes a reader reports with: bundles and cluster files have their own. */
export interface ReaderCodes {
  readonly invalid: ProblemCode;
  readonly missing: ProblemCode;
  readonly unknownKey: ProblemCode;
}

/** Where a reader stands: the file, the thing being read, and where problems are collected. */
export interface Reading {
  readonly file: string;
  readonly subject: string;
  readonly codes: ReaderCodes;
  readonly problems: Problem[];
}

/**
 * A value with its place, read by asking for what it should be: each question answers the value, or reports a problem
 * and answers null. Nothing is thrown, so that all problems are found in one go.
 */
export class Cursor {
  constructor(
    readonly reading: Reading,
    readonly located: Located,
    /** Inside the document, dotted; empty at the root. */
    readonly path: string,
    private readonly at: Position = located.at,
  ) {}

  get place(): Place {
    // What came as JSON has no lines.
    const at = this.at.line === 0 ? {} : { file: this.reading.file, line: this.at.line, column: this.at.column };
    return { ...at, ...(this.path === '' ? {} : { path: this.path }) };
  }

  get isNull(): boolean {
    return this.located.kind === 'scalar' && this.located.value === null;
  }

  /** The same value, as part of another subject. */
  about(subject: string): Cursor {
    return new Cursor({ ...this.reading, subject }, this.located, this.path, this.at);
  }

  report(code: ProblemCode, summary: string, more: { remedy?: string; severity?: 'error' | 'warning' } = {}): null {
    this.reading.problems.push(problem(code, { subject: this.reading.subject, summary, place: this.place, ...more }));
    return null;
  }

  /** Reports that the value is not what was `expected` ("a whole number of at least 1"). */
  refuse(expected: string): null {
    return this.report(
      this.reading.codes.invalid,
      `\`${this.path || 'the document'}\` must be ${expected}, not ${this.#shown()}`,
    );
  }

  json(): Json {
    return toJson(this.located);
  }

  object(): JsonObject | null {
    const value = this.map('a mapping') && this.json();
    return value as JsonObject | null;
  }

  string(expected = 'a string'): string | null {
    return this.located.kind === 'scalar' && typeof this.located.value === 'string'
      ? this.located.value
      : this.refuse(expected);
  }

  /** A string, or a number or boolean as it was written: for names like `1` and versions like `1.0`. */
  text(expected = 'a string'): string | null {
    if (this.located.kind !== 'scalar' || this.located.value === null) return this.refuse(expected);
    return typeof this.located.value === 'string' ? this.located.value : this.located.source;
  }

  name(): string | null {
    const text = this.text('a name');
    if (text === null || NAME_PATTERN.test(text)) return text;
    return this.refuse(
      'a name: letters, digits, dots, underscores and hyphens, at most 128, the first a letter or digit',
    );
  }

  boolean(): boolean | null {
    return this.located.kind === 'scalar' && typeof this.located.value === 'boolean'
      ? this.located.value
      : this.refuse('true or false');
  }

  integer(min: number, max = Number.MAX_SAFE_INTEGER): number | null {
    const value = this.located.kind === 'scalar' ? this.located.value : null;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    return this.refuse(
      max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    );
  }

  /** Seconds, parts allowed, as milliseconds. */
  seconds(min: number): number | null {
    const value = this.located.kind === 'scalar' ? this.located.value : null;
    if (typeof value === 'number' && value >= min && value <= 365 * 24 * 3600) return Math.round(value * 1000);
    return this.refuse(`a number of seconds from ${min} to a year`);
  }

  oneOf<T extends string>(known: readonly T[]): T | null {
    const value = this.located.kind === 'scalar' ? this.located.value : null;
    const found = known.find((each) => each === value);
    if (found !== undefined) return found;
    return this.report(
      this.reading.codes.invalid,
      `\`${this.path}\` must be one of ${known.join(', ')}, not ${this.#shown()}`,
      {
        remedy: `Write one of the values named.${typeof value === 'string' ? didYouMean(value, known) : ''}`,
      },
    );
  }

  items(): Cursor[] | null {
    if (this.located.kind !== 'list') return this.refuse('a list');
    return this.located.items.map((item, index) => new Cursor(this.reading, item, join(this.path, String(index))));
  }

  /** Items of a list; a single scalar counts as a list of one, null as an empty one. */
  itemsOrOne(): Cursor[] | null {
    if (this.isNull) return [];
    return this.located.kind === 'scalar' ? [this] : this.items();
  }

  map(expected = 'a mapping'): MapCursor | null {
    return this.located.kind === 'map' ? new MapCursor(this, this.located) : this.refuse(expected);
  }

  #shown(): string {
    if (this.located.kind === 'list') return 'a list';
    if (this.located.kind === 'map') return 'a mapping';
    if (this.located.value === null) return 'nothing';
    const shown = this.located.source.length > 60 ? `${this.located.source.slice(0, 60)}...` : this.located.source;
    return typeof this.located.value === 'string' ? `"${shown}"` : shown;
  }
}

/** A mapping being read key by key. */
export class MapCursor {
  constructor(
    readonly cursor: Cursor,
    private readonly located: LocatedMap,
  ) {}

  keys(): string[] {
    return [...this.located.entries.keys()];
  }

  /** Null if the key is absent. The place of a scalar is its own, that of anything else its key's. */
  get(key: string): Cursor | null {
    const entry = this.located.entries.get(key);
    if (!entry) return null;
    return new Cursor(
      this.cursor.reading,
      entry.value,
      join(this.cursor.path, key),
      entry.value.kind === 'scalar' && entry.value.value !== null ? entry.value.at : entry.at,
    );
  }

  require(key: string): Cursor | null {
    return (
      this.get(key) ??
      this.cursor.report(this.cursor.reading.codes.missing, `has no \`${join(this.cursor.path, key)}\``)
    );
  }

  /** Reports each key that is not in `known`, with the nearest that is. */
  knowsOnly(known: readonly string[], severity: 'error' | 'warning'): void {
    for (const [key, { at }] of this.located.entries) {
      if (known.includes(key)) continue;
      const shown = key.length > 60 ? `${key.slice(0, 60)}...` : key;
      new Cursor(this.cursor.reading, this.located, join(this.cursor.path, shown), at).report(
        this.cursor.reading.codes.unknownKey,
        `has an unknown key \`${shown}\``,
        {
          severity,
          remedy: `Correct its spelling, or remove it.${didYouMean(key, known)}`,
        },
      );
    }
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
