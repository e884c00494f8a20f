import type { Lambda } from '../evaluate/scope';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { items, lambda } from './parameter';

interface Order {
  readonly by: Lambda;
  readonly sign: 1 | -1;
}

/** How the lists were ordered that `thenBy` may order further, by identity. */
const orders = new WeakMap<object, { readonly source: readonly Value[]; readonly by: readonly Order[] }>();

function ordered(source: readonly Value[], by: readonly Order[], call: Call): readonly Value[] {
  const keyed = source.map((value) => ({ value, keys: by.map((order) => order.by.evaluate(value)) }));
  keyed.sort((left, right) => compareKeys(left.keys, right.keys, by, call));
  const result = call.list(keyed.map(({ value }) => value));
  orders.set(result, { source, by });
  return result;
}

function compareKeys(left: readonly Value[], right: readonly Value[], by: readonly Order[], call: Call): number {
  for (const [index, { sign }] of by.entries()) {
    const pair = [left[index] as Value, right[index] as Value] as const;
    if (call.holds(call.operate('#<', ...pair))) return -sign;
    if (call.holds(call.operate('#>', ...pair))) return sign;
  }
  return 0;
}

function ordering(name: string, sign: 1 | -1): readonly FunctionDefinition[] {
  const follows = name.replace('orderBy', 'thenBy');
  return [
    define(
      'method',
      name,
      { collection: items, selector: lambda },
      ({ collection, selector }, call) => ordered(collection, [{ by: selector, sign }], call),
      PASSES_SECRETS,
    ),
    define(
      'method',
      follows,
      { collection: items, selector: lambda },
      ({ collection, selector }, call) => {
        const before = orders.get(collection) ?? call.fail(`\`${follows}\` stands behind \`orderBy\``);
        return ordered(before.source, [...before.by, { by: selector, sign }], call);
      },
      PASSES_SECRETS,
    ),
  ];
}

export const orderFunctions: readonly FunctionDefinition[] = [
  ...ordering('orderBy', 1),
  ...ordering('orderByDescending', -1),
];
