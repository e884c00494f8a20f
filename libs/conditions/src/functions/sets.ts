import { filteredSet, setOf, unitedSet } from '../values/value-sets';
import { ValueSet, type Value } from '../values/value';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { anything, items, rest, set } from './parameter';

function made(values: Iterable<Value>, call: Call): ValueSet {
  const result = setOf(values, call.evaluation);
  call.evaluation.payItems(result.byKey.size);
  return result;
}

function paid(result: ValueSet, call: Call): ValueSet {
  call.evaluation.payItems(result.byKey.size);
  return result;
}

function difference(form: 'method' | 'function', name: string): FunctionDefinition {
  return define(form, name, { left: set, right: set }, ({ left, right }, call) =>
    paid(filteredSet(left, right, false, call.evaluation), call),
  );
}

/** What sets are made of is looked at: a secret among it makes the whole set one. */
export const setFunctions: readonly FunctionDefinition[] = [
  define('function', 'set', { args: rest(anything) }, ({ args }, call) => made(args, call)),
  define('method', 'toSet', { collection: items }, ({ collection }, call) => made(collection, call)),
  define('either', 'len', { s: set }, ({ s }) => s.byKey.size),
  define('method', 'union', { left: set, right: set }, ({ left, right }, call) =>
    paid(unitedSet(left, right, call.evaluation), call),
  ),
  define('method', 'intersect', { left: set, right: set }, ({ left, right }, call) =>
    paid(filteredSet(left, right, true, call.evaluation), call),
  ),
  difference('method', 'difference'),
  difference('function', '#-'),
  define('method', 'symmetricDifference', { left: set, right: set }, ({ left, right }, call) =>
    paid(
      unitedSet(
        filteredSet(left, right, false, call.evaluation),
        filteredSet(right, left, false, call.evaluation),
        call.evaluation,
      ),
      call,
    ),
  ),
  define('method', 'add', { s: set, values: rest(anything) }, ({ s, values }, call) =>
    made([...s.byKey.values(), ...values], call),
  ),
  define('method', 'remove', { s: set, values: rest(anything) }, ({ s, values }, call) =>
    paid(filteredSet(s, setOf(values, call.evaluation), false, call.evaluation), call),
  ),
  define('function', 'isSet', { arg: anything }, ({ arg }, call) => call.plain(arg) instanceof ValueSet),
];
