import { isNumber, plainNumber } from './numbers';
import type { Value } from './value';

/** The order in which sets and the keys of mappings are read: numbers, then texts by code unit, then the rest by key. */
export function compareValues(left: Value, right: Value, leftKey: string, rightKey: string): number {
  const ranks = rank(left) - rank(right);
  if (ranks !== 0) return ranks;
  if (isNumber(left) && isNumber(right)) return plainNumber(left) - plainNumber(right);
  return compareTexts(typeof left === 'string' ? left : leftKey, typeof right === 'string' ? right : rightKey);
}

export function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function rank(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return 1;
  if (isNumber(value)) return 2;
  return typeof value === 'string' ? 3 : 4;
}
