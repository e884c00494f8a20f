import type { Lambda } from '../evaluate/scope';
import { keyOf } from '../values/key-of';
import { entriesOf, mappingOf, memberOf, memberOr, sizeOf } from '../values/mappings';
import { membersOf } from '../values/value-sets';
import { isMapping, type Mapping, type Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, items, lambda, mapping, optional, rest, rules, something, type Rule } from './parameter';

/** Keys may not be secret: they are seen wherever the mapping is. */
function made(entries: readonly (readonly [Value, Value])[], call: Call): Mapping {
  call.evaluation.payItems(entries.length);
  for (const [key] of entries)
    if (call.plain(key) !== key) return call.fail('a secret may not be a key; keys are shown');
  return mappingOf(entries, call.evaluation);
}

function ruleEntries(given: readonly Rule[]): (readonly [Value, Value])[] {
  return given.map(({ source, destination }) => [source.evaluate(), destination.evaluate()]);
}

function pairs(given: readonly Value[], call: Call): (readonly [Value, Value])[] {
  return given.map((each) => {
    const pair = membersOf(each);
    if (!pair || pair.length < 2) return call.fail('`dict` takes a list of pairs, `[[key, value], ...]`');
    return [pair[0] as Value, pair[1] as Value];
  });
}

function changed(d: Mapping, entries: readonly (readonly [Value, Value])[], call: Call): Mapping {
  return made([...entriesOf(d, call.evaluation), ...entries], call);
}

function without(d: Mapping, keys: readonly Value[], call: Call): Mapping {
  const gone = new Set(keys.map((key) => keyOf(call.plain(key), call.evaluation)));
  return made(
    entriesOf(d, call.evaluation).filter(([key]) => !gone.has(keyOf(key, call.evaluation))),
    call,
  );
}

function keyed(collection: readonly Value[], key: Lambda, value: Lambda | null, call: Call): Mapping {
  return made(
    collection.map((each) => [key.evaluate(each), value ? value.evaluate(each) : each]),
    call,
  );
}

const reading: readonly FunctionDefinition[] = [
  define(
    'method',
    'get',
    { d: mapping, key: anything, default: optional(anything, null) },
    ({ d, key, default: other }, call) => memberOr(d, call.plain(key), call.evaluation, () => other),
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#index',
    { d: mapping, key: something },
    ({ d, key }, call) => memberOr(d, call.plain(key), call.evaluation, () => call.fail('the mapping has no such key')),
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#index',
    { d: mapping, key: anything, default: anything },
    ({ d, key, default: other }, call) => memberOr(d, call.plain(key), call.evaluation, () => other),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'keys',
    { d: mapping },
    ({ d }, call) => call.list(entriesOf(d, call.evaluation).map(([key]) => key)),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'values',
    { d: mapping },
    ({ d }, call) => call.list(entriesOf(d, call.evaluation).map(([, value]) => value)),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'items',
    { d: mapping },
    ({ d }, call) => call.list(entriesOf(d, call.evaluation).map((entry) => call.list(entry))),
    PASSES_SECRETS,
  ),
  define('either', 'len', { d: mapping }, ({ d }, call) => sizeOf(d, call.evaluation), PASSES_SECRETS),
  define(
    'method',
    'containsKey',
    { d: mapping, key: anything },
    ({ d, key }, call) => memberOf(d, call.plain(key), call.evaluation) !== undefined,
    PASSES_SECRETS,
  ),
  define(
    'method',
    'containsValue',
    { d: mapping, value: anything },
    ({ d, value }, call) => entriesOf(d, call.evaluation).some(([, each]) => call.areEqual(each, value)),
    PASSES_SECRETS,
  ),
  define('function', 'isDict', { arg: anything }, ({ arg }, call) => isMapping(call.plain(arg))),
];

const making: readonly FunctionDefinition[] = [
  define('function', 'dict', { args: rules }, ({ args }, call) => made(ruleEntries(args), call), PASSES_SECRETS),
  define('function', 'dict', { items }, ({ items: given }, call) => made(pairs(given, call), call), PASSES_SECRETS),
  define(
    'method',
    'toDict',
    { collection: items, keySelector: lambda, valueSelector: optional(lambda, null) },
    ({ collection, keySelector, valueSelector }, call) => keyed(collection, keySelector, valueSelector, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'set',
    { d: mapping, key: anything, value: anything },
    ({ d, key, value }, call) => changed(d, [[key, value]], call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'set',
    { d: mapping, replacements: mapping },
    ({ d, replacements }, call) => changed(d, entriesOf(replacements, call.evaluation), call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'set',
    { d: mapping, args: rules },
    ({ d, args }, call) => changed(d, ruleEntries(args), call),
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#+',
    { left: mapping, right: mapping },
    ({ left, right }, call) => changed(left, entriesOf(right, call.evaluation), call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'delete',
    { d: mapping, keys: rest(anything) },
    ({ d, keys }, call) => without(d, keys, call),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'deleteAll',
    { d: mapping, keys: items },
    ({ d, keys }, call) => without(d, keys, call),
    PASSES_SECRETS,
  ),
];

export const mappingFunctions: readonly FunctionDefinition[] = [...reading, ...making];
