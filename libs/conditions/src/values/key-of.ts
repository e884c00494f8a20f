import { compareTexts } from './compare-values';
import { isNumber, plainNumber } from './numbers';
import { Special } from './special';
import { isList, isSealed, MadeMapping, Pattern, Secret, ValueSet, type Value } from './value';

/** Characters of a text that are looked at, compared or copied for one step; texts up to `FREE_LENGTH` cost nothing besides. */
export const CHARACTERS_PER_STEP = 512;
export const FREE_LENGTH = 256;

/** What pays for work that grows with a value. */
export interface Cost {
  /** Throws `ExpressionFault` once the evaluation has cost too much, or the value is nested too deep. */
  pay(steps: number, depth?: number): void;
  /** `make()`, remembered by the identity of a value from outside. */
  rememberedKey(value: object, make: () => string): string;
}

/**
 * A text that is the same exactly for equal values: `1`, `1.0` and `true` are equal, as in YAQL. Sealed secrets have their
 * fingerprint. Cost: proportional to the value.
 */
export function keyOf(value: Value, cost: Cost, depth = 0): string {
  cost.pay(1, depth);
  if (typeof value === 'string') {
    if (value.length > FREE_LENGTH) cost.pay(value.length / CHARACTERS_PER_STEP);
    return `s${value}`;
  }
  if (value === null) return '0';
  if (typeof value === 'boolean') return value ? 'n1' : 'n0';
  if (isNumber(value)) return `n${plainNumber(value) + 0}`;
  if (isList(value))
    return cost.rememberedKey(
      value,
      () =>
        `[${joined(
          value.map((each) => keyOf(each, cost, depth + 1)),
          cost,
        )}`,
    );
  if (value instanceof Secret) return keyOf(value.inner, cost, depth);
  if (value instanceof ValueSet) return `{${joined([...value.byKey.keys()].sort(compareTexts), cost)}`;
  if (value instanceof MadeMapping) return mappingKey([...value.byKey.values()], cost, depth);
  if (value instanceof Special) return `o${value instanceof Pattern ? value.key : value.describes}`;
  if (isSealed(value)) return `x${value.$sealed.fingerprint}`;
  return cost.rememberedKey(value, () => mappingKey(Object.entries(value), cost, depth));
}

function mappingKey(entries: readonly (readonly [Value, Value])[], cost: Cost, depth: number): string {
  cost.pay(entries.length);
  const keys = entries.map(([key, member]) => joined([keyOf(key, cost), keyOf(member, cost, depth + 1)], cost));
  return `:${joined(keys.sort(compareTexts), cost)}`;
}

/** Parts with their lengths, so that no two lists of parts give the same text. */
function joined(parts: readonly string[], cost: Cost): string {
  cost.pay(parts.reduce((sum, part) => sum + part.length, 0) / 16);
  return parts.map((part) => `${part.length},${part}`).join('');
}
