import { keyOf, type Cost } from './key-of';
import { MadeMapping, type Mapping, type Value } from './value';

type Entry = readonly [Value, Value];

/** A repeated key has its first place and its last value. */
export function mappingOf(entries: Iterable<Entry>, cost: Cost): MadeMapping {
  const byKey = new Map<string, Entry>();
  for (const [key, value] of entries) {
    const id = keyOf(key, cost);
    byKey.set(id, [byKey.get(id)?.[0] ?? key, value]);
  }
  return new MadeMapping(byKey);
}

/** Undefined where there is no such key; what an object inherits are no keys. */
export function memberOf(mapping: Mapping, key: Value, cost: Cost): Value | undefined {
  if (mapping instanceof MadeMapping) return mapping.byKey.get(keyOf(key, cost))?.[1];
  return typeof key === 'string' && Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** The value at `key`, null too; `otherwise()` where there is no such key. */
export function memberOr(mapping: Mapping, key: Value, cost: Cost, otherwise: () => Value): Value {
  const member = memberOf(mapping, key, cost);
  return member === undefined ? otherwise() : member;
}

/** Cost: proportional to the mapping, if it is from outside. */
export function sizeOf(mapping: Mapping, cost: Cost): number {
  if (mapping instanceof MadeMapping) return mapping.byKey.size;
  const { length } = Object.keys(mapping);
  cost.pay(length);
  return length;
}

/** Cost: proportional to the mapping, whatever is done with the entries. */
export function entriesOf(mapping: Mapping, cost: Cost): readonly Entry[] {
  const entries = mapping instanceof MadeMapping ? [...mapping.byKey.values()] : Object.entries(mapping);
  cost.pay(entries.length);
  return entries;
}

/** Looked at once for each mapping: there is no way to ask a large one in no time. */
const empty = new WeakMap<Mapping, boolean>();

export function isEmptyMapping(mapping: Mapping): boolean {
  if (mapping instanceof MadeMapping) return mapping.byKey.size === 0;
  const known = empty.get(mapping);
  if (known !== undefined) return known;
  const isEmpty = Object.keys(mapping).length === 0;
  empty.set(mapping, isEmpty);
  return isEmpty;
}
