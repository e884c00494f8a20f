import { isSealedSecret, type Json, type JsonObject, type SealedSecret } from '@muster/model';
import type { RE2JS } from 're2js';
import { isNumber, type NumberValue } from './numbers';
import { Special } from './special';

/** What an expression may yield on its way. Data from outside stay what they are, never copied: identity is remembered. */
export type Value =
  | null
  | boolean
  | NumberValue
  | string
  | readonly Value[]
  | JsonObject
  | MadeMapping
  | ValueSet
  | Pattern
  | Undefined
  | Binding
  | Secret;

/** A mapping made by an expression: keys may be any value, in order of insertion. By `keyOf` of the key. */
export class MadeMapping extends Special {
  readonly describes = 'a mapping';

  constructor(readonly byKey: ReadonlyMap<string, readonly [Value, Value]>) {
    super();
  }
}

export type Mapping = JsonObject | MadeMapping;

/** Values without repetition, by `keyOf`. */
export class ValueSet extends Special {
  readonly describes = 'a set';

  constructor(readonly byKey: ReadonlyMap<string, Value>) {
    super();
  }
}

/** A regular expression as a value. */
export class Pattern extends Special {
  readonly describes = 'a regular expression';

  constructor(readonly compiled: RE2JS) {
    super();
  }

  /** The same for equal ones. */
  get key(): string {
    return `${this.compiled.flags()}:${this.compiled.pattern()}`;
  }
}

/** What `old(...)` yields where the previous state cannot answer. Counts as true, as in the field. */
export class Undefined extends Special {
  readonly describes = 'undefined (the previous state has no such value)';
}

export const UNDEFINED = new Undefined();

/** What `let` and its like yield: names for what stands behind `->`. */
export abstract class Binding extends Special {
  readonly describes = 'a binding of names (`->` is missing)';
}

/** A value computed from a secret. `inner` has no secrets inside: they are opened. */
export class Secret extends Special {
  readonly describes = 'a secret';

  constructor(readonly inner: Value) {
    super();
  }
}

export function isList(value: Value | Json): value is readonly Value[] {
  return Array.isArray(value);
}

export function isSealed(value: Value): value is JsonObject & SealedSecret {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Special) &&
    Object.hasOwn(value, '$sealed') &&
    isSealedSecret(value)
  );
}

export function isMapping(value: Value): value is Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return value instanceof Special ? value instanceof MadeMapping : !isSealed(value);
}

/** How a value is called in messages; never its content. */
export function describeValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'true or false';
  if (isNumber(value)) return 'a number';
  if (isList(value)) return 'a list';
  if (value instanceof Special) return value.describes;
  return isSealed(value) ? 'a secret' : 'a mapping';
}
