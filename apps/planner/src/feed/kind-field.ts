/** A JSON type; `integer` is a number without a fraction. */
export type JsonType = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'null';

export interface KindField {
  readonly types: readonly JsonType[];
  readonly meaning: string;
}

export function jsonTypeOf(value: unknown): JsonType | 'number' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'string' | 'boolean' | 'object';
}
