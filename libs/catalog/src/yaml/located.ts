import type { Json, JsonObject } from '@muster/model';

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value read from YAML that remembers where it stood. Aliases share what they stand for: an alias costs nothing. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

interface Measured {
  readonly at: Position;
  /** Values in it, aliases counted as what they stand for. */
  readonly size: number;
  /** Characters of its scalars and keys, aliases counted as what they stand for. */
  readonly length: number;
  /** Levels of nesting in it, 1 for a scalar. */
  readonly depth: number;
}

export interface LocatedScalar extends Measured {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As written, without quotes. */
  readonly source: string;
}

export interface LocatedList extends Measured {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedMap extends Measured {
  readonly kind: 'map';
  /** By key, in the order of the file; `at` of an entry is that of its key. */
  readonly entries: ReadonlyMap<string, { readonly at: Position; readonly value: Located }>;
}

/** The value without its places. Keys such as `__proto__` become own keys. Cost: `size`. */
export function toJson(located: Located): Json {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(toJson);
    case 'map':
      return toJsonObject(located);
  }
}

export function toJsonObject(located: LocatedMap): JsonObject {
  // `fromEntries` defines keys instead of assigning them, so that `__proto__` is a key like any other.
  return Object.fromEntries([...located.entries].map(([key, entry]) => [key, toJson(entry.value)]));
}
