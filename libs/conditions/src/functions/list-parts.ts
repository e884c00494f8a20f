import { keyOf } from '../values/key-of';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, integer, items, lambda, list, optional } from './parameter';

/** Keeps secrets of members apart: what is compared decides alone whether the result is a secret. */
function keyFor(value: Value, call: Call): string {
  return keyOf(call.plain(value), call.evaluation);
}

const choosing: readonly FunctionDefinition[] = [
  define(
    'method',
    'where',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => call.list(collection.filter((each) => call.holds(predicate.evaluate(each)))),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'skip',
    { collection: items, count: integer },
    ({ collection, count }, call) => {
      if (count < 0) return call.fail('`skip` takes a number from zero');
      return call.list(collection.slice(count));
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'limit',
    { collection: items, count: integer },
    ({ collection, count }, call) => {
      if (count < 0) return call.fail('`limit` takes a number from zero');
      return call.list(collection.slice(0, count));
    },
    PASSES_SECRETS,
  ),
  define(
    'either',
    'distinct',
    { collection: items, keySelector: optional(lambda, null) },
    ({ collection, keySelector }, call) => {
      const seen = new Set<string>();
      return call.list(
        collection.filter((each) => {
          const key = keyFor(keySelector ? keySelector.evaluate(each) : each, call);
          return !seen.has(key) && seen.add(key);
        }),
      );
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'takeWhile',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const end = collection.findIndex((each) => !call.holds(predicate.evaluate(each)));
      return call.list(end < 0 ? collection : collection.slice(0, end));
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'skipWhile',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const start = collection.findIndex((each) => !call.holds(predicate.evaluate(each)));
      return call.list(start < 0 ? [] : collection.slice(start));
    },
    PASSES_SECRETS,
  ),
];

function oneOf(collection: readonly Value[], index: number, other: Value | undefined, call: Call): Value {
  const value = collection.length > 0 ? collection.at(index) : other;
  if (value !== undefined) return value;
  return call.fail(`\`${call.name}\` of an empty list; give a value for that case, \`${call.name}(null)\``);
}

const single: readonly FunctionDefinition[] = [
  define(
    'method',
    'first',
    { collection: items, default: optional(anything, undefined) },
    ({ collection, default: other }, call) => oneOf(collection, 0, other, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'last',
    { collection: items, default: optional(anything, undefined) },
    ({ collection, default: other }, call) => oneOf(collection, -1, other, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'single',
    { collection: items },
    ({ collection }, call) => {
      if (collection.length !== 1) return call.fail('`single` takes a list of one');
      return collection[0] as Value;
    },
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#index',
    { lst: list, index: integer },
    ({ lst, index }, call) => {
      const value = lst.at(index);
      return value === undefined ? call.fail('the list has no value at this index') : value;
    },
    PASSES_SECRETS,
  ),
];

const cutting: readonly FunctionDefinition[] = [
  define(
    'method',
    'slice',
    { collection: items, length: integer },
    ({ collection, length }, call) => {
      if (length < 1) return call.fail('`slice` takes a length from one');
      const starts = Array.from({ length: Math.ceil(collection.length / length) }, (_, index) => index * length);
      return call.list(starts.map((start) => call.list(collection.slice(start, start + length))));
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'splitAt',
    { collection: items, index: integer },
    ({ collection, index }, call) =>
      call.list([call.list(collection.slice(0, index)), call.list(collection.slice(index))]),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'splitWhere',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const parts: Value[][] = [[]];
      for (const each of collection) {
        if (call.holds(predicate.evaluate(each))) parts.push([]);
        else parts.at(-1)?.push(each);
      }
      if (parts.at(-1)?.length === 0) parts.pop();
      return call.list(parts.map((part) => call.list(part)));
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'sliceWhere',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const parts: Value[][] = [];
      let last: string | null = null;
      for (const each of collection) {
        const key = keyFor(predicate.evaluate(each), call);
        if (key === last) parts.at(-1)?.push(each);
        else parts.push([each]);
        last = key;
      }
      return call.list(parts.map((part) => call.list(part)));
    },
    PASSES_SECRETS,
  ),
];

/** Functions that take from lists. */
export const listPartFunctions: readonly FunctionDefinition[] = [...choosing, ...single, ...cutting];
