/** What JSON can say. Objects from outside are read by own keys only. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a mapping; false for null, lists and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON with the keys of every object in code-unit order, so that equal values give equal text.
 * Cost: proportional to the value. Undefined members are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/**
 * Characters of a value's texts and keys and one for each value, written out: what is there many times counts many times,
 * though it may be one object. Stops counting above `max`, so that it costs no more than that.
 */
export function writtenLength(value: Json, max: number): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let length = 1;
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    length += typeof key === 'string' ? key.length : 0;
    if (length > max) break;
    length += writtenLength(member as Json, max - length);
  }
  return length;
}
