import { isNumber, plainNumber } from './numbers';
import { isEmptyMapping } from './mappings';
import { isList, isMapping, ValueSet, type Value } from './value';

/** False, null, zero and everything empty are false. A secret must be opened before. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (isNumber(value)) return plainNumber(value) !== 0;
  if (isList(value)) return value.length > 0;
  if (value instanceof ValueSet) return value.byKey.size > 0;
  return isMapping(value) ? !isEmptyMapping(value) : true;
}
