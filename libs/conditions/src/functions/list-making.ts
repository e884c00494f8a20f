import { membersOf } from '../values/value-sets';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, integer, items, lambda, list, optional, rest } from './parameter';

function flattened(values: readonly Value[], call: Call, into: Value[] = [], depth = 0): Value[] {
  call.evaluation.pay(values.length, depth);
  for (const each of values) {
    const members = membersOf(each);
    if (members) flattened(members, call, into, depth + 1);
    else into.push(each);
  }
  return into;
}

const changing: readonly FunctionDefinition[] = [
  define(
    'method',
    'select',
    { collection: items, selector: lambda },
    ({ collection, selector }, call) => call.list(collection.map((each) => selector.evaluate(each))),
    PASSES_SECRETS,
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
    PASSES_SECRETS,
  ),
  define(
    'method',
    'flatten',
    { collection: items },
    ({ collection }, call) => call.list(flattened(collection, call)),
    PASSES_SECRETS,
  ),
  define(
    'either',
    'append',
    { collection: items, args: rest(anything) },
    ({ collection, args }, call) => call.list([...collection, ...args]),
    PASSES_SECRETS,
  ),
  define(
    'either',
    'concat',
    { collections: rest(items) },
    ({ collections }, call) => call.list(collections.flat()),
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#+',
    { left: items, right: items },
    ({ left, right }, call) => call.list([...left, ...right]),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'reverse',
    { collection: items },
    ({ collection }, call) => call.list([...collection].reverse()),
    PASSES_SECRETS,
  ),
  define(
    'either',
    'enumerate',
    { collection: items, start: optional(integer, 0) },
    ({ collection, start }, call) => call.list(collection.map((each, index) => call.list([start + index, each]))),
    PASSES_SECRETS,
  ),
  define('method', 'toList', { collection: items }, ({ collection }) => collection, PASSES_SECRETS),
  define('function', 'list', { args: rest(anything) }, ({ args }, call) => call.list(args), PASSES_SECRETS),
  define(
    'method',
    'defaultIfEmpty',
    { collection: items, default: items },
    ({ collection, default: other }) => (collection.length > 0 ? collection : other),
    PASSES_SECRETS,
  ),
  define('method', 'memorize', { collection: items }, ({ collection }) => collection, PASSES_SECRETS),
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
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#*',
    { left: integer, right: list },
    ({ left, right }, call) => repeated(right, left, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'repeat',
    { value: anything, times: integer },
    ({ value, times }, call) => repeated([value], times, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'insert',
    { collection: items, position: integer, value: anything },
    ({ collection, position, value }, call) => inserted(collection, position, [value], call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'insertMany',
    { collection: items, position: integer, values: items },
    ({ collection, position, values }, call) => inserted(collection, Math.max(0, position), values, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'delete',
    { collection: items, position: integer, count: optional(integer, 1) },
    ({ collection, position, count }, call) => spliced(collection, position, count, [], call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'replace',
    { collection: items, position: integer, value: anything, count: optional(integer, 1) },
    ({ collection, position, value, count }, call) => spliced(collection, position, count, [value], call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'replaceMany',
    { collection: items, position: integer, values: items, count: optional(integer, 1) },
    ({ collection, position, values, count }, call) => spliced(collection, position, count, values, call),
    PASSES_SECRETS,
  ),
];

/** Functions that make lists of lists. */
export const listMakingFunctions: readonly FunctionDefinition[] = [...changing, ...placing];
