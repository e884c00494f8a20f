import { keyOf } from '../values/key-of';
import { isList, ValueSet, type Value } from '../values/value';
import { valuesOf } from '../values/value-sets';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { anything, integer, items, lambda, list, optional, rest } from './parameter';

const PASSES = { passesSecrets: true };

/** The members of what can be gone through; null of what cannot. */
export function membersOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  return value instanceof ValueSet ? valuesOf(value) : null;
}

function flattened(values: readonly Value[], call: Call, into: Value[] = [], depth = 0): Value[] {
  call.evaluation.pay(values.length, depth);
  for (const each of values) {
    const members = membersOf(each);
    if (members) flattened(members, call, into, depth + 1);
    else into.push(each);
  }
  return into;
}

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
    PASSES,
  ),
  define(
    'method',
    'skip',
    { collection: items, count: integer },
    ({ collection, count }, call) => {
      if (count < 0) return call.fail('`skip` takes a number from zero');
      return call.list(collection.slice(count));
    },
    PASSES,
  ),
  define(
    'method',
    'limit',
    { collection: items, count: integer },
    ({ collection, count }, call) => {
      if (count < 0) return call.fail('`limit` takes a number from zero');
      return call.list(collection.slice(0, count));
    },
    PASSES,
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
    PASSES,
  ),
  define(
    'method',
    'takeWhile',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const end = collection.findIndex((each) => !call.holds(predicate.evaluate(each)));
      return call.list(end < 0 ? collection : collection.slice(0, end));
    },
    PASSES,
  ),
  define(
    'method',
    'skipWhile',
    { collection: items, predicate: lambda },
    ({ collection, predicate }, call) => {
      const start = collection.findIndex((each) => !call.holds(predicate.evaluate(each)));
      return call.list(start < 0 ? [] : collection.slice(start));
    },
    PASSES,
  ),
];

const single: readonly FunctionDefinition[] = [
  define(
    'method',
    'first',
    { collection: items, default: optional(anything, undefined) },
    ({ collection, default: other }, call) => oneOf(collection, 0, other, call),
    PASSES,
  ),
  define(
    'method',
    'last',
    { collection: items, default: optional(anything, undefined) },
    ({ collection, default: other }, call) => oneOf(collection, -1, other, call),
    PASSES,
  ),
  define(
    'method',
    'single',
    { collection: items },
    ({ collection }, call) => {
      if (collection.length !== 1) return call.fail('`single` takes a list of one');
      return collection[0] as Value;
    },
    PASSES,
  ),
  define(
    'function',
    '#index',
    { lst: list, index: integer },
    ({ lst, index }, call) => {
      const value = lst.at(index);
      return value === undefined ? call.fail('the list has no value at this index') : value;
    },
    PASSES,
  ),
];

function oneOf(collection: readonly Value[], index: number, other: Value | undefined, call: Call): Value {
  const value = collection.length > 0 ? collection.at(index) : other;
  if (value !== undefined) return value;
  return call.fail(`\`${call.name}\` of an empty list; give a value for that case, \`${call.name}(null)\``);
}

const changing: readonly FunctionDefinition[] = [
  define(
    'method',
    'select',
    { collection: items, selector: lambda },
    ({ collection, selector }, call) => call.list(collection.map((each) => selector.evaluate(each))),
    PASSES,
  ),
  define(
    'method',
    'selectMany',
    { collection: items, selector: lambda },
    ({ collection, selector }, call) =>
      call.list(
        collection.flatMap((each) => {
          const made = selector.evaluate(each);
          return membersOf(made) ?? [made];
        }),
      ),
    PASSES,
  ),
  define(
    'method',
    'flatten',
    { collection: items },
    ({ collection }, call) => call.list(flattened(collection, call)),
    PASSES,
  ),
  define(
    'either',
    'append',
    { collection: items, args: rest(anything) },
    ({ collection, args }, call) => call.list([...collection, ...args]),
    PASSES,
  ),
  define(
    'either',
    'concat',
    { collections: rest(items) },
    ({ collections }, call) => call.list(collections.flat()),
    PASSES,
  ),
  define(
    'function',
    '#+',
    { left: items, right: items },
    ({ left, right }, call) => call.list([...left, ...right]),
    PASSES,
  ),
  define(
    'method',
    'reverse',
    { collection: items },
    ({ collection }, call) => call.list([...collection].reverse()),
    PASSES,
  ),
  define(
    'either',
    'enumerate',
    { collection: items, start: optional(integer, 0) },
    ({ collection, start }, call) => call.list(collection.map((each, index) => call.list([start + index, each]))),
    PASSES,
  ),
  define('method', 'toList', { collection: items }, ({ collection }) => collection, PASSES),
  define('function', 'list', { args: rest(anything) }, ({ args }, call) => call.list(args), PASSES),
  define(
    'method',
    'defaultIfEmpty',
    { collection: items, default: items },
    ({ collection, default: other }) => (collection.length > 0 ? collection : other),
    PASSES,
  ),
  define('method', 'memorize', { collection: items }, ({ collection }) => collection, PASSES),
];

function repeated(values: readonly Value[], times: number, call: Call): readonly Value[] {
  const count = Math.max(0, times);
  call.evaluation.payItems(values.length * count);
  return Array.from({ length: count }, () => values).flat();
}

function inserted(
  collection: readonly Value[],
  position: number,
  values: readonly Value[],
  call: Call,
): readonly Value[] {
  const at = position < 0 ? Math.max(0, collection.length + position) : position;
  return call.list([...collection.slice(0, at), ...values, ...collection.slice(at)]);
}

/** `count` members from `position` on (negative: all the rest) replaced. */
function spliced(
  collection: readonly Value[],
  position: number,
  count: number,
  values: readonly Value[],
  call: Call,
): readonly Value[] {
  const isCut = (index: number): boolean => index >= position && (count < 0 || index < position + count);
  const first = collection.findIndex((_, index) => isCut(index));
  if (first < 0) return collection;
  return call.list([
    ...collection.slice(0, first),
    ...values,
    ...collection.slice(first).filter((_, index) => !isCut(first + index)),
  ]);
}

const placing: readonly FunctionDefinition[] = [
  define(
    'function',
    '#*',
    { left: list, right: integer },
    ({ left, right }, call) => repeated(left, right, call),
    PASSES,
  ),
  define(
    'function',
    '#*',
    { left: integer, right: list },
    ({ left, right }, call) => repeated(right, left, call),
    PASSES,
  ),
  define(
    'method',
    'repeat',
    { value: anything, times: integer },
    ({ value, times }, call) => repeated([value], times, call),
    PASSES,
  ),
  define(
    'method',
    'insert',
    { collection: items, position: integer, value: anything },
    ({ collection, position, value }, call) => inserted(collection, position, [value], call),
    PASSES,
  ),
  define(
    'method',
    'insertMany',
    { collection: items, position: integer, values: items },
    ({ collection, position, values }, call) => inserted(collection, Math.max(0, position), values, call),
    PASSES,
  ),
  define(
    'method',
    'delete',
    { collection: items, position: integer, count: optional(integer, 1) },
    ({ collection, position, count }, call) => spliced(collection, position, count, [], call),
    PASSES,
  ),
  define(
    'method',
    'replace',
    { collection: items, position: integer, value: anything, count: optional(integer, 1) },
    ({ collection, position, value, count }, call) => spliced(collection, position, count, [value], call),
    PASSES,
  ),
  define(
    'method',
    'replaceMany',
    { collection: items, position: integer, values: items, count: optional(integer, 1) },
    ({ collection, position, values, count }, call) => spliced(collection, position, count, values, call),
    PASSES,
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
    PASSES,
  ),
  define(
    'method',
    'splitAt',
    { collection: items, index: integer },
    ({ collection, index }, call) =>
      call.list([call.list(collection.slice(0, index)), call.list(collection.slice(index))]),
    PASSES,
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
    PASSES,
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
    PASSES,
  ),
];

function indexWhere(collection: readonly Value[], holds: (value: Value) => boolean, isLast: boolean): number {
  if (!isLast) return collection.findIndex(holds);
  const fromEnd = [...collection].reverse().findIndex(holds);
  return fromEnd < 0 ? -1 : collection.length - 1 - fromEnd;
}

const asking: readonly FunctionDefinition[] = [
  define(
    'either',
    'any',
    { collection: items, predicate: optional(lambda, null) },
    ({ collection, predicate }, call) =>
      predicate ? collection.some((each) => call.holds(predicate.evaluate(each))) : collection.length > 0,
    PASSES,
  ),
  define(
    'either',
    'all',
    { collection: items, predicate: optional(lambda, null) },
    ({ collection, predicate }, call) =>
      collection.every((each) => call.holds(predicate ? predicate.evaluate(each) : each)),
    PASSES,
  ),
  define('either', 'len', { sequence: items }, ({ sequence }) => sequence.length, PASSES),
  define('method', 'count', { collection: items }, ({ collection }) => collection.length, PASSES),
  define(
    'method',
    'contains',
    { collection: items, value: anything },
    ({ collection, value }, call) => collection.some((each) => call.areEqual(each, value)),
    PASSES,
  ),
  ...[false, true].flatMap((isLast) => [
    define(
      'method',
      isLast ? 'lastIndexOf' : 'indexOf',
      { collection: items, item: anything },
      ({ collection, item }, call) => indexWhere(collection, (each) => call.areEqual(each, item), isLast),
      PASSES,
    ),
    define(
      'method',
      isLast ? 'lastIndexWhere' : 'indexWhere',
      { collection: items, predicate: lambda },
      ({ collection, predicate }, call) =>
        indexWhere(collection, (each) => call.holds(predicate.evaluate(each)), isLast),
      PASSES,
    ),
  ]),
  define('function', 'isList', { arg: anything }, ({ arg }, call) => isList(call.plain(arg))),
  define('function', 'isIterable', { value: anything }, ({ value }, call) => membersOf(call.plain(value)) !== null),
];

export const listFunctions: readonly FunctionDefinition[] = [
  ...choosing,
  ...single,
  ...changing,
  ...placing,
  ...cutting,
  ...asking,
];
