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

export function sizeOf(mapping: Mapping): number {
  return mapping instanceof MadeMapping ? mapping.byKey.size : Object.keys(mapping).length;
}

export function entriesOf(mapping: Mapping): readonly Entry[] {
  return mapping instanceof MadeMapping ? [...mapping.byKey.values()] : Object.entries(mapping);
}
