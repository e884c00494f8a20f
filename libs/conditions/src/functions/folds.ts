import type { Lambda } from '../evaluate/scope';
import { keyOf } from '../values/key-of';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, flag, integer, items, lambda, optional, rest } from './parameter';

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
      PASSES_SECRETS,
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
    PASSES_SECRETS,
  ),
  define(
    'method',
    'sum',
    { collection: items, initial: optional(anything, undefined) },
    ({ collection, initial }, call) => folded(collection, byOperator('#+', call), initial, call),
    PASSES_SECRETS,
  ),
  ...(['max', 'min'] as const).flatMap((name) => [
    define(
      'method',
      name,
      { collection: items, initial: optional(anything, undefined) },
      ({ collection, initial }, call) =>
        folded(collection, (best, each) => better(name, best, each, call), initial, call),
      PASSES_SECRETS,
    ),
    define(
      'function',
      name,
      { a: anything, b: anything },
      ({ a, b }, call) => better(name, a, b, call),
      PASSES_SECRETS,
    ),
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
    PASSES_SECRETS,
  ),
  define(
    'method',
    'zip',
    { collection: items, collections: rest(items) },
    ({ collection, collections }, call) => {
      const all = [collection, ...collections];
      return zipped(all, Math.min(...all.map((each) => each.length)), null, call);
    },
    PASSES_SECRETS,
  ),
  define(
    'method',
    'zipLongest',
    { collection: items, collections: rest(items), default: optional(anything, null) },
    ({ collection, collections, default: fill }, call) => {
      const all = [collection, ...collections];
      return zipped(all, Math.max(...all.map((each) => each.length)), fill, call);
    },
    PASSES_SECRETS,
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
    PASSES_SECRETS,
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
    PASSES_SECRETS,
  ),
];

export const foldFunctions: readonly FunctionDefinition[] = [...aggregating, ...pairing, ...ranges];
