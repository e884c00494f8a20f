import { canonicalJson, isJsonObject, isSealedSecret, SECRET_MASK, type Json } from '@muster/model';

/** Characters of a value that are shown. */
const SHOWN_MAX = 40;

/** How a value changed, for people: `2 -> 3 values`, `"a" -> "b"`; secrets are not shown. */
export function describeChange(before: Json, after: Json): string {
  if (containsSecret(before) || containsSecret(after)) return `${SECRET_MASK} -> another ${SECRET_MASK}`;
  if (Array.isArray(before) && Array.isArray(after)) return counted(before.length, after.length, 'value');
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changed = [...keys].filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null));
    return changed.length <= 3 ? changed.sort().map(cut).join(', ') : `${changed.length} of ${keys.size} keys`;
  }
  return `${shown(before)} -> ${shown(after)}`;
}

function counted(before: number, after: number, what: string): string {
  return before === after ? `other ${what}s, ${after} as before` : `${before} -> ${after} ${what}s`;
}

function shown(value: Json): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `${value.length} values`;
  if (isJsonObject(value)) return `${Object.keys(value).length} keys`;
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}

function containsSecret(value: Json): boolean {
  if (Array.isArray(value)) return value.some((each: Json) => containsSecret(each));
  return isSealedSecret(value) || (isJsonObject(value) && Object.values(value).some(containsSecret));
}
