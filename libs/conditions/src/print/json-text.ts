import type { Cost } from '../values/key-of';
import { entriesOf } from '../values/mappings';
import { isNumber, numberText } from '../values/numbers';
import { isList, isMapping, type Value } from '../values/value';
import { plainKey } from './plain-key';

/** As Python's `json.dumps` prints: a space behind `,` and `:`, everything outside ASCII escaped. */
export function jsonText(value: Value, cost: Cost, depth = 0): string {
  cost.pay(1, depth);
  const each = (member: Value): string => jsonText(member, cost, depth + 1);
  if (isNumber(value)) return numberText(value);
  if (isList(value)) return `[${value.map(each).join(', ')}]`;
  if (isMapping(value))
    return `{${entriesOf(value, cost)
      .map(([key, member]) => `${asciiText(plainKey(key))}: ${each(member)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? asciiText(value) : String(value);
}

function asciiText(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
