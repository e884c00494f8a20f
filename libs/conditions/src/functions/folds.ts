import type { Lambda } from '../evaluate/scope';
import { entriesOf, memberOf, mappingOf } from '../values/mappings';
import { keyOf } from '../values/key-of';
import { isList, isMapping, Secret, type Mapping, type Value } from '../values/value';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { anything, flag, integer, items, lambda, mapping, optional, rest } from './parameter';

const PASSES = { passesSecrets: true };

/** From the first to the last; `seed` undefined: the first is the start. */
function folded(
  collection: readonly Value[],
  step: (total: Value, each: Value) => Value,
  seed: Value | undefined,
  call: Call,
): Value {
  const [first, ...others] = seed === undefined ? collection : [seed, ...collection];
  if (first === undefined) return call.fail(`\`${call.name}\` of an empty list; give a value to start from`);
  return others.reduce<Value>(step, first);
}

const byOperator =
  (operator: '#+' | '#>', call: Call) =>
  (left: Value, right: Value): Value =>
    call.operate(operator, left, right);

const aggregating: readonly FunctionDefinition[] = [
  ...['aggregate', 'reduce'].map((name) =>
    define(
      'method',
      name,
      { collection: items, selector: lambda, seed: optional(anything, undefined) },
      ({ collection, selector, seed }, call) =>
        folded(collection, (total, each) => selector.evaluate(total, each), seed, call),
      PASSES,
    ),
  ),
  define(
    'method',
    'accumulate',
    { collection: items, selector: lambda, seed: optional(anything, undefined) },
    ({ collection, selector, seed }, call) => {
      const totals: Value[] = seed === undefined ? [] : [seed];
      for (const each of collection)
        totals.push(totals.length === 0 ? each : selector.evaluate(totals.at(-1) as Value, each));
      return totals.length === 0
        ? call.fail('`accumulate` of an empty list; give a value to start from')
        : call.list(totals);
    },
    PASSES,
  ),
  define(
    'method',
    'sum',
    { collection: items, initial: optional(anything, undefined) },
    ({ collection, initial }, call) => folded(collection, byOperator('#+', call), initial, call),
    PASSES,
  ),
  ...(['max', 'min'] as const).flatMap((name) => [
    define(
      'method',
      name,
      { collection: items, initial: optional(anything, undefined) },
      ({ collection, initial }, call) =>
        folded(collection, (best, each) => better(name, best, each, call), initial, call),
      PASSES,
    ),
    define('function', name, { a: anything, b: anything }, ({ a, b }, call) => better(name, a, b, call), PASSES),
  ]),
];

function better(name: 'max' | 'min', a: Value, b: Value, call: Call): Value {
  const isGreater = call.holds(byOperator('#>', call)(b, a));
  return isGreater === (name === 'max') ? b : a;
}

function grouped(
  collection: readonly Value[],
  key: Lambda,
  value: Lambda | null,
  aggregator: Lambda | null,
  call: Call,
): readonly Value[] {
  const groups = new Map<string, { key: Value; members: Value[] }>();
  for (const each of collection) {
    const member = value ? value.evaluate(each) : each;
    const groupKey = call.plain(key.evaluate(each));
    const id = keyOf(groupKey, call.evaluation);
    const group = groups.get(id);
    if (group) group.members.push(member);
    else groups.set(id, { key: groupKey, members: [member] });
  }
  return call.list(
    [...groups.values()].map(({ key: groupKey, members }) => {
      const made = call.list(members);
      return call.list([groupKey, aggregator ? aggregator.evaluate(made) : made]);
    }),
  );
}

/** `fill` stands where a list is shorter than `length`. */
function zipped(collections: readonly (readonly Value[])[], length: number, fill: Value, call: Call): readonly Value[] {
  return call.list(
    Array.from({ length }, (_, index) =>
      call.list(collections.map((each) => (index < each.length ? (each[index] as Value) : fill))),
    ),
  );
}

const pairing: readonly FunctionDefinition[] = [
  define(
    'method',
    'groupBy',
    {
      collection: items,
      keySelector: lambda,
      valueSelector: optional(lambda, null),
      aggregator: optional(lambda, null),
    },
    ({ collection, keySelector, valueSelector, aggregator }, call) =>
      grouped(collection, keySelector, valueSelector, aggregator, call),
    PASSES,
  ),
  define(
    'method',
    'zip',
    { collection: items, collections: rest(items) },
    ({ collection, collections }, call) => {
      const all = [collection, ...collections];
      return zipped(all, Math.min(...all.map((each) => each.length)), null, call);
    },
    PASSES,
  ),
  define(
    'method',
    'zipLongest',
    { collection: items, collections: rest(items), default: optional(anything, null) },
    ({ collection, collections, default: fill }, call) => {
      const all = [collection, ...collections];
      return zipped(all, Math.max(...all.map((each) => each.length)), fill, call);
    },
    PASSES,
  ),
  define(
    'method',
    'join',
    { collection1: items, collection2: items, predicate: lambda, selector: lambda },
    ({ collection1, collection2, predicate, selector }, call) =>
      call.list(
        collection1.flatMap((left) =>
          collection2
            .filter((right) => call.holds(predicate.evaluate(left, right)))
            .map((right) => selector.evaluate(left, right)),
        ),
      ),
    PASSES,
  ),
];

const ranges: readonly FunctionDefinition[] = [
  define(
    'function',
    'range',
    { start: integer, stop: optional(integer, null), step: optional(integer, 1) },
    ({ start, stop, step }, call) => {
      if (step === 0) return call.fail('`range` takes a step other than zero');
      const [from, to] = stop === null ? [0, start] : [start, stop];
      const length = Math.max(0, Math.ceil((to - from) / step));
      call.evaluation.payItems(length);
      return Array.from({ length }, (_, index) => from + index * step);
    },
  ),
  define(
    'function',
    'generate',
    {
      initial: anything,
      predicate: lambda,
      producer: lambda,
      selector: optional(lambda, null),
      decycle: optional(flag, false),
    },
    ({ initial, predicate, producer, selector, decycle }, call) => {
      const made: Value[] = [];
      const seen = new Set<string>();
      for (let value = initial; call.holds(predicate.evaluate(value)); value = producer.evaluate(value)) {
        if (decycle && seen.size === seen.add(keyOf(call.plain(value), call.evaluation)).size) break;
        call.evaluation.payItems(1);
        made.push(selector ? selector.evaluate(value) : value);
      }
      return made;
    },
    PASSES,
  ),
];

/** `under` and `over` key by key; mappings are merged down to `levels` (0: all the way). */
function merged(
  under: Mapping,
  over: Mapping,
  mergers: { list: Lambda | null; item: Lambda | null },
  levels: number,
  call: Call,
  depth = 0,
): Value {
  call.evaluation.pay(1, depth);
  const entries: (readonly [Value, Value])[] = entriesOf(under).map(([key, left]) => {
    const right = memberOf(over, key, call.evaluation);
    if (right === undefined) return [key, left];
    const isDeep = levels !== 1;
    if (isDeep && isMapping(right) && isMapping(left))
      return [key, merged(left, right, mergers, Math.max(0, levels - 1), call, depth + 1)];
    if (isDeep && isList(right) && isList(left)) return [key, mergedLists(left, right, mergers.list, call)];
    if (isDeep && (isMapping(right) || isList(right)))
      return call.fail('`mergeWith` cannot merge a list or mapping with something else');
    return [key, mergers.item ? mergers.item.evaluate(left, right) : right];
  });
  const added = entriesOf(over).filter(([key]) => memberOf(under, key, call.evaluation) === undefined);
  call.evaluation.payItems(entries.length + added.length);
  return mappingOf([...entries, ...added], call.evaluation);
}

function mergedLists(left: readonly Value[], right: readonly Value[], merger: Lambda | null, call: Call): Value {
  if (merger) return merger.evaluate(left, right);
  const byKey = new Map<string, Value>();
  for (const each of [...left, ...right]) {
    const key = keyOf(each instanceof Secret ? call.plain(each) : each, call.evaluation);
    if (!byKey.has(key)) byKey.set(key, each);
  }
  return call.list([...byKey.values()]);
}

export const foldFunctions: readonly FunctionDefinition[] = [
  ...aggregating,
  ...pairing,
  ...ranges,
  define(
    'method',
    'mergeWith',
    {
      d: mapping,
      another: mapping,
      listMerger: optional(lambda, null),
      itemMerger: optional(lambda, null),
      maxLevels: optional(integer, 0),
    },
    ({ d, another, listMerger, itemMerger, maxLevels }, call) =>
      merged(d, another, { list: listMerger, item: itemMerger }, maxLevels, call),
    PASSES,
  ),
];
