import { byCodeUnit } from '@muster/model';

/** Order in which people count: `node-2` before `node-10`. Runs of digits compare as numbers, the rest by code unit. */
export function byNaturalOrder(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one, other] = [left[at] as string, right[at] as string];
    const difference = isNumber(one) && isNumber(other) ? compareNumbers(one, other) : byCodeUnit(one, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length || byCodeUnit(a, b);
}

function parts(text: string): string[] {
  return text.match(/\d+|\D+/g) ?? [];
}

function isNumber(text: string): boolean {
  return text >= '0' && text < ':';
}

/** Digits of any length, so that no number is too large. */
function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || byCodeUnit(one, other);
}
