import { compareValues } from './compare-values';
import { keyOf, type Cost } from './key-of';
import { isList, ValueSet, type Value } from './value';

export function setOf(values: Iterable<Value>, cost: Cost): ValueSet {
  const byKey = new Map<string, Value>();
  for (const value of values) {
    const id = keyOf(value, cost);
    if (!byKey.has(id)) byKey.set(id, value);
  }
  return new ValueSet(byKey);
}

/** Sorted once for each set: an expression may go through the same one very often. */
const sorted = new WeakMap<ValueSet, readonly Value[]>();

/** In ascending order, so that equal sets print alike. */
export function valuesOf(set: ValueSet): readonly Value[] {
  const known = sorted.get(set);
  if (known) return known;
  const values = [...set.byKey]
    .sort(([a, left], [b, right]) => compareValues(left, right, a, b))
    .map(([, value]) => value);
  sorted.set(set, values);
  return values;
}

/** The members of what can be gone through; null of what cannot. */
export function membersOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  return value instanceof ValueSet ? valuesOf(value) : null;
}

/** Those of `set` whose presence in `other` is `wanted`. */
export function filteredSet(set: ValueSet, other: ValueSet, wanted: boolean, cost: Cost): ValueSet {
  cost.pay(set.byKey.size);
  return new ValueSet(new Map([...set.byKey].filter(([id]) => other.byKey.has(id) === wanted)));
}

export function unitedSet(set: ValueSet, other: ValueSet, cost: Cost): ValueSet {
  cost.pay(set.byKey.size + other.byKey.size);
  return new ValueSet(new Map([...other.byKey, ...set.byKey]));
}

export function isWithin(set: ValueSet, other: ValueSet, cost: Cost): boolean {
  if (set.byKey.size > other.byKey.size) return false;
  for (const id of set.byKey.keys()) {
    cost.pay(1);
    if (!other.byKey.has(id)) return false;
  }
  return true;
}
