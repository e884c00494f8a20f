import { Scope, type Lambda } from '../evaluate/scope';
import { isInteger, isNumber, type NumberValue } from '../values/numbers';
import { valuesOf } from '../values/value-sets';
import { isList, isMapping, Pattern, Undefined, ValueSet, type Mapping, type Value } from '../values/value';

/** `key => value` of a call, both still to be evaluated. */
export interface Rule {
  readonly source: Lambda;
  readonly destination: Lambda;
}

/**
 * What a function takes in one place. `value`: evaluated before; `lambda`: evaluated by the function; `rules`: all
 * `key => value` of the call; `named`: those whose keys are words, as names of values.
 */
export interface Parameter<T> {
  readonly kind: 'value' | 'lambda' | 'rules' | 'named';
  readonly takes: string;
  readonly isRest: boolean;
  /** Taken where nothing is given; undefined: something must be. */
  readonly fallback?: { readonly value: T };
  /** True: takes whatever there is without looking at it, secrets too. */
  readonly isBlind: boolean;
  accepts(value: Value): boolean;
  read(value: Value): T;
}

function parameter<T extends Value>(takes: string, is: (value: Value) => boolean): Parameter<T> {
  return { kind: 'value', takes, isRest: false, isBlind: false, accepts: is, read: (value) => value as T };
}

export const anything: Parameter<Value> = {
  ...parameter<Value>('anything', () => true),
  isBlind: true,
};
export const text = parameter<string>('a text', (value) => typeof value === 'string');
export const integer = parameter<number>('a whole number', isInteger);
export const number = parameter<NumberValue>('a number', isNumber);
export const flag = parameter<boolean>('true or false', (value) => typeof value === 'boolean');
export const list = parameter<readonly Value[]>('a list', isList);
export const mapping = parameter<Mapping>('a mapping', isMapping);
export const set = parameter<ValueSet>('a set', (value) => value instanceof ValueSet);
export const pattern = parameter<Pattern>('a regular expression', (value) => value instanceof Pattern);
export const binding = parameter<Scope>('a binding of names', (value) => value instanceof Scope);
export const nothing = parameter<null>('null', (value) => value === null);
export const something = parameter<Value>(
  'anything but null',
  (value) => value !== null && !(value instanceof Undefined),
);
/** A list or set, read as a list. */
export const items: Parameter<readonly Value[]> = {
  ...parameter<readonly Value[]>('a list or set', (value) => isList(value) || value instanceof ValueSet),
  read: (value) => (value instanceof ValueSet ? valuesOf(value) : (value as readonly Value[])),
};
export const lambda: Parameter<Lambda> = {
  ...parameter<never>('an expression', () => true),
  kind: 'lambda',
  read: (value) => value as never,
};
export const rules: Parameter<readonly Rule[]> = {
  ...parameter<never>('`key => value`', () => true),
  kind: 'rules',
  read: (value) => value as never,
};
export const named: Parameter<ReadonlyMap<string, Value>> = {
  ...parameter<never>('`name => value`', () => true),
  kind: 'named',
  read: (value) => value as never,
};

/** `value` may be left out, then it is `fallback`. */
export function optional<T, F>(value: Parameter<T>, fallback: F): Parameter<T | F> {
  return {
    ...value,
    accepts: (given) => (fallback === null && given === null) || value.accepts(given),
    read: (given) => (fallback === null && given === null ? (null as F) : value.read(given)),
    fallback: { value: fallback },
  };
}

export function nullable<T>(value: Parameter<T>): Parameter<T | null> {
  return {
    ...value,
    takes: `${value.takes} or null`,
    fallback: value.fallback,
    accepts: (given) => given === null || value.accepts(given),
    read: (given) => (given === null ? null : value.read(given)),
  };
}

/** Every argument from here on. */
export function rest<T>(value: Parameter<T>): Parameter<readonly T[]> {
  return { ...value, isRest: true, read: (given) => value.read(given) as never, fallback: { value: [] } };
}
