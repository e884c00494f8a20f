import { membersOf } from '../values/value-sets';
import { isList, type Value } from '../values/value';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, items, lambda, optional } from './parameter';

function indexWhere(collection: readonly Value[], holds: (value: Value) => boolean, isLast: boolean): number {
  if (!isLast) return collection.findIndex(holds);
  const fromEnd = [...collection].reverse().findIndex(holds);
  return fromEnd < 0 ? -1 : collection.length - 1 - fromEnd;
}

/** Functions that ask something of lists. */
export const listQuestionFunctions: readonly FunctionDefinition[] = [
  define(
    'either',
    'any',
    { collection: items, predicate: optional(lambda, null) },
    ({ collection, predicate }, call) =>
      predicate ? collection.some((each) => call.holds(predicate.evaluate(each))) : collection.length > 0,
    PASSES_SECRETS,
  ),
  define(
    'either',
    'all',
    { collection: items, predicate: optional(lambda, null) },
    ({ collection, predicate }, call) =>
      collection.every((each) => call.holds(predicate ? predicate.evaluate(each) : each)),
    PASSES_SECRETS,
  ),
  define('either', 'len', { sequence: items }, ({ sequence }) => sequence.length, PASSES_SECRETS),
  define('method', 'count', { collection: items }, ({ collection }) => collection.length, PASSES_SECRETS),
  define(
    'method',
    'contains',
    { collection: items, value: anything },
    ({ collection, value }, call) => {
      call.evaluation.pay(collection.length / 2);
      return collection.some((each) => call.areEqual(each, value));
    },
    PASSES_SECRETS,
  ),
  ...[false, true].flatMap((isLast) => [
    define(
      'method',
      isLast ? 'lastIndexOf' : 'indexOf',
      { collection: items, item: anything },
      ({ collection, item }, call) => {
        call.evaluation.pay(collection.length / 2);
        return indexWhere(collection, (each) => call.areEqual(each, item), isLast);
      },
      PASSES_SECRETS,
    ),
    define(
      'method',
      isLast ? 'lastIndexWhere' : 'indexWhere',
      { collection: items, predicate: lambda },
      ({ collection, predicate }, call) =>
        indexWhere(collection, (each) => call.holds(predicate.evaluate(each)), isLast),
      PASSES_SECRETS,
    ),
  ]),
  define('function', 'isList', { arg: anything }, ({ arg }, call) => isList(call.plain(arg))),
  define('function', 'isIterable', { value: anything }, ({ value }, call) => membersOf(call.plain(value)) !== null),
];
