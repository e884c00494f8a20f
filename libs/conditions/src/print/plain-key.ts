import { isNumber, numberText } from '../values/numbers';
import type { Value } from '../values/value';

/** A key as JSON can say it; the value must have passed `jsonOf`. */
export function plainKey(key: Value): string {
  if (typeof key === 'string') return key;
  return isNumber(key) ? numberText(key) : String(key);
}
