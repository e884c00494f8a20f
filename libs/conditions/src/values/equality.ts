import { entriesOf, memberOf, sizeOf } from './mappings';
import { isNumber, plainNumber } from './numbers';
import { CHARACTERS_PER_STEP, FREE_LENGTH, type Cost } from './key-of';
import { isWithin } from './value-sets';
import { isList, isMapping, isSealed, Pattern, Secret, ValueSet, type Mapping, type Value } from './value';

/** What comparing needs besides payment. */
export interface Comparing extends Cost {
  /** Whether two secrets, or a secret and a value, are the same; without a key for it, false. */
  sameSecret(left: Value, right: Value): boolean;
  /** `compare()`, remembered by the identity of both. */
  rememberedEqual(left: object, right: object, compare: () => boolean): boolean;
}

/** Levels below the values compared on which the answer is remembered: there lies what many nodes have in common. */
const REMEMBERED_DEPTH = 2;

type ValueObject = Extract<Value, object>;

/** As YAQL compares: by content; `1`, `1.0` and `true` are equal. Cost: up to the smaller value, nothing for the same object. */
export function areEqual(left: Value, right: Value, comparing: Comparing, depth = 0): boolean {
  if (typeof left === 'string' && typeof right === 'string') return areTextsEqual(left, right, comparing);
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (typeof left !== 'object' || typeof right !== 'object') return areScalarsEqual(left, right, comparing);
  comparing.pay(1, depth);
  return depth > 0 && depth <= REMEMBERED_DEPTH
    ? comparing.rememberedEqual(left, right, () => areObjectsEqual(left, right, comparing, depth))
    : areObjectsEqual(left, right, comparing, depth);
}

/** Texts of one length are compared to their end, if need be. */
function areTextsEqual(left: string, right: string, comparing: Comparing): boolean {
  if (left.length !== right.length) return false;
  if (left.length > FREE_LENGTH) comparing.pay(left.length / CHARACTERS_PER_STEP);
  return left === right;
}

function areObjectsEqual(left: ValueObject, right: ValueObject, comparing: Comparing, depth: number): boolean {
  if (isList(left) && isList(right)) return areListsEqual(left, right, comparing, depth + 1);
  if (isMapping(left) && isMapping(right)) return areMappingsEqual(left, right, comparing, depth + 1);
  if (left instanceof ValueSet && right instanceof ValueSet)
    return left.byKey.size === right.byKey.size && isWithin(left, right, comparing);
  if (left instanceof Pattern && right instanceof Pattern) return left.key === right.key;
  if (isNumber(left) && isNumber(right)) return plainNumber(left) === plainNumber(right);
  return isSecret(left) || isSecret(right) ? comparing.sameSecret(left, right) : false;
}

function areScalarsEqual(left: Exclude<Value, null>, right: Exclude<Value, null>, comparing: Comparing): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) return a === b;
  return isSecret(left) || isSecret(right) ? comparing.sameSecret(left, right) : false;
}

function numberOf(value: Value): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isNumber(value) ? plainNumber(value) : null;
}

function isSecret(value: Value): boolean {
  return value instanceof Secret || isSealed(value);
}

function areListsEqual(left: readonly Value[], right: readonly Value[], comparing: Comparing, depth: number): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++)
    if (!areEqual(left[index] as Value, right[index] as Value, comparing, depth)) return false;
  return true;
}

function areMappingsEqual(left: Mapping, right: Mapping, comparing: Comparing, depth: number): boolean {
  if (sizeOf(left, comparing) !== sizeOf(right, comparing)) return false;
  for (const [key, value] of entriesOf(left, comparing)) {
    const other = memberOf(right, key, comparing);
    if (other === undefined || !areEqual(value, other, comparing, depth)) return false;
  }
  return true;
}
